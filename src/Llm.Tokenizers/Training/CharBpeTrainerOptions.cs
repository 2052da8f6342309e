using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// How a <see cref="CharBpeTrainer"/> learns. By default it ends up with 32,000 tokens of words whose beginning ▁ marks, as Llama's are,
/// with &lt;unk&gt;, &lt;s&gt; and &lt;/s&gt;.
/// </summary>
public sealed class CharBpeTrainerOptions : TokenizerTrainerOptions
{
    /// <summary>The defaults.</summary>
    public CharBpeTrainerOptions()
        : base(vocabSize: 32_000, specialTokens: ["<unk>", "<s>", "</s>"])
    {
    }

    /// <summary>The special token for characters that are not learned; null lets them vanish. The default is &lt;unk&gt;.</summary>
    public string? UnknownToken { get; set; } = "<unk>";

    /// <summary>How texts are cut before pairs are counted. The default is <see cref="WordSplitting.Metaspace"/>.</summary>
    public WordSplitting Splitting { get; set; } = WordSplitting.Metaspace;

    /// <summary>What tokens end with that end a word, for example &lt;/w&gt;. The default is nothing.</summary>
    public string EndOfWordSuffix { get; set; } = "";

    /// <summary>
    /// Adds 256 tokens for single bytes, which spell characters that are not learned, so that every text comes back from its ids. The
    /// default is false.
    /// </summary>
    public bool ByteFallback { get; set; }

    /// <summary>Characters that are learned whatever the text has. The default is none.</summary>
    public string InitialAlphabet { get; set; } = "";

    /// <summary>The most different characters that are learned: the most frequent. The default, null, is any number.</summary>
    public int? LimitAlphabet { get; set; }

    /// <summary>
    /// Characters of the longest token that is learned, at least 2. The default, null, is any length. Hugging Face's max_token_length is
    /// one more: tokens stay shorter than it.
    /// </summary>
    public int? MaxTokenLength { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(EndOfWordSuffix);
        ArgumentNullException.ThrowIfNull(InitialAlphabet);
        if (UnknownToken is not null)
            RequireSpecial(UnknownToken, nameof(UnknownToken));
        if (!Enum.IsDefined(Splitting))
            throw new ArgumentException($"{Splitting} is no way to cut words. Known: {string.Join(", ", Enum.GetNames<WordSplitting>())}.");
        if (Encoding.UTF8.GetByteCount(EndOfWordSuffix) > 64)
            throw new ArgumentException($"EndOfWordSuffix has {EndOfWordSuffix.Length} characters; 64 bytes are the most.");
        if (ByteFallback && EndOfWordSuffix.Length > 0)
            throw new ArgumentException("ByteFallback and EndOfWordSuffix do not go together: the suffix would be spelled as bytes.");
        RequireAtLeast(LimitAlphabet, 1, nameof(LimitAlphabet));
        RequireAtLeast(MaxTokenLength, 2, nameof(MaxTokenLength));
    }
}
