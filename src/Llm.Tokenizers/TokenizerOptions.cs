namespace Llm.Tokenizers;

/// <summary>
/// Where a tokenizer comes from, for settings and dependency injection. Give one of <see cref="Encoding"/>, <see cref="Folder"/> and
/// <see cref="Characters"/>.
/// </summary>
public sealed class TokenizerOptions
{
    /// <summary>
    /// Name of a known encoding, one of <see cref="ByteLevelBpeTokenizer.EncodingNames"/>. cl100k_base and o200k_base need the packages
    /// Microsoft.ML.Tokenizers.Data.Cl100kBase and Microsoft.ML.Tokenizers.Data.O200kBase.
    /// </summary>
    public string? Encoding { get; set; }

    /// <summary>A folder in Hugging Face's layout, or a tokenizer.json.</summary>
    public string? Folder { get; set; }

    /// <summary>A text whose characters, sorted, are the vocabulary of a <see cref="CharTokenizer"/>.</summary>
    public string? Characters { get; set; }

    /// <summary>The token for other characters, beside <see cref="Characters"/>. The default, null, makes them errors.</summary>
    public string? UnknownToken { get; set; }

    /// <summary>Checks the options without touching a file.</summary>
    /// <exception cref="ArgumentException">They contradict each other, or a name is not known.</exception>
    public void Validate()
    {
        if (new[] { Encoding, Folder, Characters }.Count(source => !string.IsNullOrEmpty(source)) != 1)
            throw new ArgumentException(
                "Give one of Encoding (a known name), Folder (of a saved tokenizer) and Characters (of a new one).");
        if (!string.IsNullOrEmpty(Encoding) && !ByteLevelBpeTokenizer.EncodingNames.Contains(Encoding))
            throw new ArgumentException(
                $"'{Encoding}' is not a known encoding. Known: {string.Join(", ", ByteLevelBpeTokenizer.EncodingNames)}.");
        if (UnknownToken is not null && string.IsNullOrEmpty(Characters))
            throw new ArgumentException("UnknownToken belongs to Characters. Remove it: an encoding or a folder brings its own.");
    }

    /// <summary>Opens or builds the tokenizer.</summary>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public LlmTokenizer CreateTokenizer()
    {
        Validate();
        if (!string.IsNullOrEmpty(Folder))
            return TokenizerFolder.Load(Folder);
        if (!string.IsNullOrEmpty(Characters))
            return CharTokenizer.FromText(Characters, UnknownToken);
        return ByteLevelBpeTokenizer.ForEncoding(Encoding!);
    }
}
