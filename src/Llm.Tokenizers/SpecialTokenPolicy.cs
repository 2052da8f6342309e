namespace Llm.Tokenizers;

/// <summary>
/// What happens when a text spells a special token, such as &lt;|endoftext|&gt;. By default it stays text, so that what a user types can
/// never end a document or speak for somebody else.
/// </summary>
public sealed class SpecialTokenPolicy
{
    private readonly Func<string, bool> _isAllowed;

    private SpecialTokenPolicy(Func<string, bool> isAllowed, bool throws) => (_isAllowed, Throws) = (isAllowed, throws);

    /// <summary>Special tokens in a text are text like any other. The default.</summary>
    public static SpecialTokenPolicy AsText { get; } = new(_ => false, throws: false);

    /// <summary>Every special token in a text becomes its id, as Hugging Face does.</summary>
    public static SpecialTokenPolicy Allow { get; } = new(_ => true, throws: false);

    /// <summary>A special token in a text is an error, as in tiktoken's encode.</summary>
    public static SpecialTokenPolicy Throw { get; } = new(_ => false, throws: true);

    /// <summary>The special tokens of these names become their ids; the others stay text.</summary>
    public static SpecialTokenPolicy AllowOnly(params IEnumerable<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var allowed = tokens.ToHashSet(StringComparer.Ordinal);
        return new SpecialTokenPolicy(allowed.Contains, throws: false);
    }

    internal bool Throws { get; }

    internal bool Allows(string token) => _isAllowed(token);
}
