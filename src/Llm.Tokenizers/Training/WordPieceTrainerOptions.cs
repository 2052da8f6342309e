namespace Llm.Tokenizers;

/// <summary>
/// How a <see cref="WordPieceTrainer"/> learns. By default it ends up with 30,000 tokens, BERT's five special tokens included.
/// </summary>
public sealed class WordPieceTrainerOptions : TokenizerTrainerOptions
{
    /// <summary>The token before a text.</summary>
    internal const string Start = "[CLS]";

    /// <summary>The token behind a text.</summary>
    internal const string Separator = "[SEP]";

    /// <summary>The defaults.</summary>
    public WordPieceTrainerOptions()
        : base(vocabSize: 30_000, specialTokens: [WordTokenizer.Padding, WordTokenizer.Unknown, Start, Separator, "[MASK]"])
    {
    }

    /// <summary>The special token for words that cannot be cut into tokens. The default is [UNK].</summary>
    public string UnknownToken { get; set; } = WordTokenizer.Unknown;

    /// <summary>Whether texts are lower-cased. The default is true.</summary>
    public bool LowerCases { get; set; } = true;

    /// <summary>Whether accents are dropped. The default, null, is: where texts are lower-cased.</summary>
    public bool? StripsAccents { get; set; }

    /// <summary>The most different characters that are learned: the most frequent. The default is 1000; null is any number.</summary>
    public int? LimitAlphabet { get; set; } = 1000;

    /// <summary>Characters of the longest token that is learned, at least 2. The default, null, is any length.</summary>
    public int? MaxTokenLength { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        RequireSpecial(UnknownToken, nameof(UnknownToken));
        RequireAtLeast(LimitAlphabet, 1, nameof(LimitAlphabet));
        RequireAtLeast(MaxTokenLength, 2, nameof(MaxTokenLength));
    }
}
