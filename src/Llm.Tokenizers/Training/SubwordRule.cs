using System.Text;

namespace Llm.Tokenizers;

/// <summary>How a <see cref="SubwordLearner"/> learns.</summary>
internal sealed record SubwordRule
{
    public required int VocabSize { get; init; }

    public int MinFrequency { get; init; } = 1;

    /// <summary>They get the first ids.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>Tokens behind the special ones that no text is cut into.</summary>
    public IReadOnlyList<string> ReservedTokens { get; init; } = [];

    /// <summary>Characters that are tokens whatever the text has.</summary>
    public IReadOnlyCollection<Rune> InitialAlphabet { get; init; } = [];

    /// <summary>The most different characters; null for any number.</summary>
    public int? LimitAlphabet { get; init; }

    /// <summary>Longest token, in characters.</summary>
    public int MaxTokenLength { get; init; } = int.MaxValue;

    /// <summary>What tokens begin with that do not begin a word: ## in WordPiece.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>What tokens end with that end a word.</summary>
    public string EndOfWordSuffix { get; init; } = "";
}
