namespace Llm.Tokenizers;

/// <summary>
/// How a <see cref="WordTrainer"/> learns. By default it ends up with at most 30,000 tokens, [PAD] and [UNK] included.
/// </summary>
public sealed class WordTrainerOptions : TokenizerTrainerOptions
{
    /// <summary>The defaults.</summary>
    public WordTrainerOptions()
        : base(vocabSize: 30_000, specialTokens: [WordTokenizer.Padding, WordTokenizer.Unknown]) => MinFrequency = 1;

    /// <summary>The special token for words that are not learned. The default is [UNK].</summary>
    public string UnknownToken { get; set; } = WordTokenizer.Unknown;

    /// <summary>Whether texts are lower-cased. The default is true.</summary>
    public bool LowerCases { get; set; } = true;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        RequireSpecial(UnknownToken, nameof(UnknownToken));
    }
}
