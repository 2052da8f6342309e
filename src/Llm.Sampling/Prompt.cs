namespace Llm.Sampling;

/// <summary>
/// What a text generator starts from: a text or token ids. Both convert by themselves: <c>generator.Generate("Call me")</c>.
/// </summary>
public readonly struct Prompt
{
    private Prompt(string? text, IReadOnlyList<int>? ids) => (Text, Ids) = (text, ids);

    /// <summary>The text; null for a prompt of ids.</summary>
    public string? Text { get; }

    /// <summary>The ids; null for a prompt of text.</summary>
    public IReadOnlyList<int>? Ids { get; }

    /// <summary>A prompt of text; where it is empty, <see cref="GenerationOptions.StartToken"/> stands in.</summary>
    public static Prompt FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Prompt(text, null);
    }

    /// <summary>A prompt of token ids.</summary>
    public static Prompt FromIds(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new Prompt(null, ids);
    }

    /// <inheritdoc cref="FromText"/>
    public static implicit operator Prompt(string text) => FromText(text);

    /// <inheritdoc cref="FromIds"/>
    public static implicit operator Prompt(int[] ids) => FromIds(ids);
}
