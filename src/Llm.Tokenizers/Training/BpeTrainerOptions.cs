namespace Llm.Tokenizers;

/// <summary>How a <see cref="BpeTrainer"/> learns.</summary>
public sealed class BpeTrainerOptions
{
    /// <summary>
    /// Tokens to end up with, the 256 bytes and the special tokens included. Fewer are learned where the text runs out of pairs. The
    /// default is 32,000.
    /// </summary>
    public int VocabSize { get; set; } = 32_000;

    /// <summary>Pairs that occur less often are not merged. The default is 2.</summary>
    public int MinFrequency { get; set; } = 2;

    /// <summary>Names of the special tokens, in the order of their ids. The default is &lt;|endoftext|&gt; alone.</summary>
    public IList<string> SpecialTokens { get; set; } = ["<|endoftext|>"];

    /// <summary>How texts are cut before pairs are counted. The default is GPT-2's pattern.</summary>
    public SplitPattern Pattern { get; set; } = SplitPattern.Gpt2;

    /// <summary>Order of ids, and of pairs that are equally frequent. The default is Hugging Face's.</summary>
    public BpeTrainingRule Rule { get; set; } = BpeTrainingRule.HuggingFace;

    /// <summary>Checks that the options make sense together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says why.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Pattern);
        ArgumentNullException.ThrowIfNull(SpecialTokens);
        if (VocabSize < 256 + SpecialTokens.Count || VocabSize >= MergeTable.MaxIds)
            throw new ArgumentException(
                $"VocabSize is {VocabSize}, but must be from {256 + SpecialTokens.Count} (256 bytes and {SpecialTokens.Count} special tokens) "
                + $"to {MergeTable.MaxIds - 1}.");
        if (MinFrequency < 1)
            throw new ArgumentException($"MinFrequency is {MinFrequency}, but must be at least 1.");
        if (SpecialTokens.Any(string.IsNullOrEmpty))
            throw new ArgumentException("A special token has no name. Remove it from SpecialTokens.");
        if (SpecialTokens.Distinct(StringComparer.Ordinal).Count() < SpecialTokens.Count)
            throw new ArgumentException("SpecialTokens names a token twice. Name each once.");
        if (!Enum.IsDefined(Rule))
            throw new ArgumentException($"{Rule} is not a training rule. Known: {string.Join(", ", Enum.GetNames<BpeTrainingRule>())}.");
    }
}
