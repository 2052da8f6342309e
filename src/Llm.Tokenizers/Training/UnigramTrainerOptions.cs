namespace Llm.Tokenizers;

/// <summary>
/// How a <see cref="UnigramTrainer"/> learns. By default it ends up with 8,000 tokens, &lt;unk&gt;, &lt;s&gt; and &lt;/s&gt; included.
/// The defaults are SentencePiece's.
/// </summary>
public sealed class UnigramTrainerOptions : TokenizerTrainerOptions
{
    /// <summary>The defaults.</summary>
    public UnigramTrainerOptions()
        : base(vocabSize: 8_000, specialTokens: ["<unk>", "<s>", "</s>"])
    {
    }

    /// <summary>The special token for characters that are not learned. The default is &lt;unk&gt;.</summary>
    public string UnknownToken { get; set; } = "<unk>";

    /// <summary>
    /// Adds 256 tokens for single bytes, which spell characters that are not learned, so that every text comes back from its ids. The
    /// default is false.
    /// </summary>
    public bool ByteFallback { get; set; }

    /// <summary>The most different characters that are learned: the most frequent. The default, null, is any number.</summary>
    public int? LimitAlphabet { get; set; }

    /// <summary>Characters of the longest token that is learned. The default is 16.</summary>
    public int MaxTokenLength { get; set; } = 16;

    /// <summary>The most candidates that learning starts from. The default is 1,000,000.</summary>
    public int SeedSize { get; set; } = 1_000_000;

    /// <summary>How much of the candidates each pruning leaves, below 1. The default is 0.75.</summary>
    public double ShrinkingFactor { get; set; } = 0.75;

    /// <summary>Steps of expectation-maximization between two prunings. The default is 2.</summary>
    public int SubIterations { get; set; } = 2;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        RequireSpecial(UnknownToken, nameof(UnknownToken));
        RequireAtLeast(LimitAlphabet, 1, nameof(LimitAlphabet));
        RequireAtLeast(MaxTokenLength, 1, nameof(MaxTokenLength));
        RequireAtLeast(SeedSize, 1, nameof(SeedSize));
        RequireAtLeast(SubIterations, 1, nameof(SubIterations));
        if (ShrinkingFactor is not (> 0 and < 1))
            throw new ArgumentException($"ShrinkingFactor is {ShrinkingFactor}, but must be above 0 and below 1.");
    }
}
