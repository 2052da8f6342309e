namespace Llm.Tokenizers;

/// <summary>How a <see cref="CharBpeTrainer"/> cuts texts into words.</summary>
public enum WordSplitting
{
    /// <summary>
    /// Before spaces, which become ▁, with one more before the text (Llama). Decoding gives the text back, but for characters that are
    /// not learned.
    /// </summary>
    Metaspace,

    /// <summary>
    /// Into words and runs of other signs (<c>\w+|[^\w\s]+</c>). White space is lost; decoding puts a space between words, or, without an
    /// end-of-word suffix, between tokens.
    /// </summary>
    Words,

    /// <summary>Not at all: tokens may reach over spaces.</summary>
    None,
}
