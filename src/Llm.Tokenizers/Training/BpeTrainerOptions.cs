namespace Llm.Tokenizers;

/// <summary>
/// How a <see cref="BpeTrainer"/> learns. By default it ends up with 32,000 tokens, the bytes and the special token &lt;|endoftext|&gt;
/// included.
/// </summary>
public sealed class BpeTrainerOptions : TokenizerTrainerOptions
{
    /// <summary>The defaults.</summary>
    public BpeTrainerOptions()
        : base(vocabSize: 32_000, specialTokens: ["<|endoftext|>"])
    {
    }

    /// <summary>
    /// How texts are cut before pairs are counted. The default is GPT-2's pattern. For a pattern of your own, a text of more than 16 MB is
    /// cut at line ends first.
    /// </summary>
    public SplitPattern Pattern { get; set; } = SplitPattern.Gpt2;

    /// <summary>Order of ids, and of pairs that are equally frequent. The default is Hugging Face's.</summary>
    public BpeTrainingRule Rule { get; set; } = BpeTrainingRule.HuggingFace;

    /// <summary>Which single bytes are tokens. The default is all of them.</summary>
    public ByteAlphabet Alphabet { get; set; } = ByteAlphabet.All;

    /// <summary>
    /// The most bytes that are tokens, with <see cref="ByteAlphabet.Seen"/>: the most frequent ones. The default is any number.
    /// </summary>
    public int? LimitAlphabet { get; set; }

    /// <summary>
    /// Bytes of the longest token that is learned, at least 2. The default, null, is any length. Hugging Face's max_token_length is one
    /// more: tokens stay shorter than it.
    /// </summary>
    public int? MaxTokenLength { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Pattern);
        if (!Enum.IsDefined(Rule))
            throw new ArgumentException($"{Rule} is not a training rule. Known: {string.Join(", ", Enum.GetNames<BpeTrainingRule>())}.");
        if (!Enum.IsDefined(Alphabet))
            throw new ArgumentException($"{Alphabet} is not a byte alphabet. Known: {string.Join(", ", Enum.GetNames<ByteAlphabet>())}.");
        RequireAtLeast(LimitAlphabet, 1, nameof(LimitAlphabet));
        RequireAtLeast(MaxTokenLength, 2, nameof(MaxTokenLength));
        if (Alphabet == ByteAlphabet.Seen && Rule != BpeTrainingRule.HuggingFace)
            throw new ArgumentException(
                $"The rule {Rule} begins with all 256 bytes. Use {nameof(ByteAlphabet)}.{nameof(ByteAlphabet.All)}.");
        if (Alphabet == ByteAlphabet.All && LimitAlphabet is not null)
            throw new ArgumentException($"LimitAlphabet needs {nameof(ByteAlphabet)}.{nameof(ByteAlphabet.Seen)}.");
        if (Alphabet == ByteAlphabet.All && VocabSize < 256 + SpecialTokens.Count)
            throw new ArgumentException(
                $"VocabSize is {VocabSize}, but must be from {256 + SpecialTokens.Count} "
                + $"(256 bytes and {SpecialTokens.Count} special tokens) to {MergeTable.MaxIds - 1}.");
    }
}
