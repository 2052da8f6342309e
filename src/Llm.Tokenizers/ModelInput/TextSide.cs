namespace Llm.Tokenizers;

/// <summary>One of the two ends of a sequence of tokens.</summary>
public enum TextSide
{
    /// <summary>The end; the default of truncation and padding.</summary>
    Right,

    /// <summary>The start, where the first token stands.</summary>
    Left,
}
