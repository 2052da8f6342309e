namespace Llm.Tokenizers;

/// <summary>Which sequence of a pair is cut.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one, then both alike. The default.</summary>
    LongestFirst,

    /// <summary>The first one only; an error where that is too short.</summary>
    OnlyFirst,

    /// <summary>The second one only; an error where that is missing or too short.</summary>
    OnlySecond,
}
