namespace Llm.Tokenizers;

/// <summary>
/// What is encoded for a model: a text, or a list of words; alone, or followed by a second one. A string is an input, and so is a pair of
/// strings: <c>tokenizer.EncodeForModel(("question", "context"))</c>.
/// </summary>
public readonly struct EncodingInput
{
    private readonly object? _first; // a string, or a list of strings
    private readonly object? _second;

    private EncodingInput(object? first, object? second) => (_first, _second) = (first, second);

    /// <summary>
    /// Words that are encoded one by one; places count within each word, and each word is one of <see cref="TokenEncoding.WordIds"/>.
    /// </summary>
    public static EncodingInput FromWords(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return new EncodingInput(words, null);
    }

    /// <summary>This input as the first sequence of a pair.</summary>
    /// <exception cref="ArgumentException">One of the two is a pair already.</exception>
    public EncodingInput FollowedBy(EncodingInput second) => _second is null && second._second is null
        ? new EncodingInput(First, second.First)
        : throw new ArgumentException("A pair has two sequences; a third one is not possible.", nameof(second));

    /// <summary>A text.</summary>
    public static implicit operator EncodingInput(string text) => new(text, null);

    /// <summary>A pair of texts.</summary>
    public static implicit operator EncodingInput((string First, string Second) pair) =>
        new EncodingInput(pair.First, null).FollowedBy(pair.Second);

    /// <summary>A string, or a list of strings.</summary>
    internal object First => _first ?? throw new ArgumentNullException(null, "A text to encode is null.");

    /// <summary>A string, a list of strings, or nothing.</summary>
    internal object? Second => _second;
}
