namespace Llm.Tokenizers;

/// <summary>What a <see cref="ByteLevelBpeTokenizer"/> is, beside its vocabulary and merges. The defaults are GPT-2's.</summary>
public sealed record ByteLevelBpeConfig
{
    /// <summary>How a text is cut before bytes are merged. The default is GPT-2's pattern.</summary>
    public SplitPattern Pattern { get; init; } = SplitPattern.Gpt2;

    /// <summary>
    /// Puts a space before a text that does not start with one, so that its first word is encoded like those inside. The default is false.
    /// </summary>
    public bool AddsPrefixSpace { get; init; }

    /// <summary>
    /// Takes a piece that is itself a token whole, even where merging its bytes would not give that token (tiktoken, Llama 3). The default
    /// is false.
    /// </summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>Special tokens and other tokens that are found before merging. The default is none.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
}
