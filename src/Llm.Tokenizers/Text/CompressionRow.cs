namespace Llm.Tokenizers;

/// <summary>What one tokenizer makes of the texts of a <see cref="CompressionReport"/>.</summary>
/// <param name="Name">The tokenizer's name.</param>
/// <param name="Tokens">Tokens of the texts.</param>
/// <param name="Bytes">Bytes of the texts in UTF-8.</param>
/// <param name="Characters">Characters (code points) of the texts.</param>
/// <param name="Words">Words of the texts, which white space separates.</param>
public sealed record CompressionRow(string Name, long Tokens, long Bytes, long Characters, long Words)
{
    /// <summary>How many bytes a token stands for on average.</summary>
    public double BytesPerToken => Tokens == 0 ? 0 : (double)Bytes / Tokens;

    /// <summary>How many characters a token stands for on average.</summary>
    public double CharactersPerToken => Tokens == 0 ? 0 : (double)Characters / Tokens;

    /// <summary>How many tokens a word takes on average, its fertility.</summary>
    public double TokensPerWord => Words == 0 ? 0 : (double)Tokens / Words;
}
