namespace Llm.Tokenizers;

/// <summary>
/// How a <see cref="CharTrainer"/> learns. By default every character of the text becomes a token, and there are no special tokens.
/// </summary>
public sealed class CharTrainerOptions : TokenizerTrainerOptions
{
    /// <summary>The defaults.</summary>
    public CharTrainerOptions()
        : base(vocabSize: 1 << 18, specialTokens: []) => MinFrequency = 1;

    /// <summary>
    /// The token for characters that are not learned. It gets the last id, unless it is one of the special tokens. The default, null,
    /// makes such characters errors.
    /// </summary>
    public string? UnknownToken { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (UnknownToken is { Length: 0 })
            throw new ArgumentException("UnknownToken is empty. Give it a name, or leave it null.");
    }
}
