namespace Llm.Tokenizers;

/// <summary>What every trainer of a tokenizer asks for.</summary>
public abstract class TokenizerTrainerOptions
{
    private protected TokenizerTrainerOptions(int vocabSize, IEnumerable<string> specialTokens) =>
        (VocabSize, SpecialTokens) = (vocabSize, [.. specialTokens]);

    /// <summary>Tokens to end up with, special tokens included. Fewer are learned where the text does not give as many.</summary>
    public int VocabSize { get; set; }

    /// <summary>What occurs less often is not learned. The default is 2, and 1 for characters and words.</summary>
    public int MinFrequency { get; set; } = 2;

    /// <summary>Names of the special tokens, in the order of their ids.</summary>
    public IList<string> SpecialTokens { get; set; }

    /// <summary>
    /// Threads that count and learn. What is learned does not depend on their number. The default is one a processor.
    /// </summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Checks that the options make sense together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says why.</exception>
    public virtual void Validate()
    {
        if (VocabSize < 1 || VocabSize >= MergeTable.MaxIds)
            throw new ArgumentException($"VocabSize is {VocabSize}, but must be from 1 to {MergeTable.MaxIds - 1}.");
        if (MinFrequency < 1)
            throw new ArgumentException($"MinFrequency is {MinFrequency}, but must be at least 1.");
        if (Threads < 1)
            throw new ArgumentException($"Threads is {Threads}, but must be at least 1.");
        ArgumentNullException.ThrowIfNull(SpecialTokens);
        if (SpecialTokens.Any(string.IsNullOrEmpty))
            throw new ArgumentException("A special token has no name. Remove it from SpecialTokens.");
        if (SpecialTokens.Distinct(StringComparer.Ordinal).Count() < SpecialTokens.Count)
            throw new ArgumentException("SpecialTokens names a token twice. Name each once.");
    }

    /// <summary>The options, once they are found valid.</summary>
    internal static TOptions Valid<TOptions>(TOptions options)
        where TOptions : TokenizerTrainerOptions
    {
        options.Validate();
        return options;
    }

    private protected void RequireSpecial(string token, string option)
    {
        ArgumentException.ThrowIfNullOrEmpty(token, option);
        if (!SpecialTokens.Contains(token))
            throw new ArgumentException($"{option} is '{token}', which SpecialTokens lacks. Add it there.");
    }

    private protected static void RequireAtLeast(int? value, int least, string option)
    {
        if (value < least)
            throw new ArgumentException($"{option} is {value}, but must be at least {least}.");
    }
}
