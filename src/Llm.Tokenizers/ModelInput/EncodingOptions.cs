namespace Llm.Tokenizers;

/// <summary>How texts are encoded for a model. Safe to share once nobody changes it.</summary>
public sealed class EncodingOptions
{
    /// <summary>
    /// Adds the special tokens that the model expects around a text, such as [CLS] and [SEP], if the tokenizer knows of any. The default
    /// is true.
    /// </summary>
    public bool AddSpecialTokens { get; set; } = true;

    /// <summary>What becomes of special tokens that stand in the text. The default is <see cref="SpecialTokenPolicy.AsText"/>.</summary>
    public SpecialTokenPolicy SpecialTokens { get; set; } = SpecialTokenPolicy.AsText;

    /// <summary>Cuts long sequences. The default, null, does not.</summary>
    public TruncationOptions? Truncation { get; set; }

    /// <summary>Fills short sequences up. The default, null, does not.</summary>
    public PaddingOptions? Padding { get; set; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        if (SpecialTokens is null)
            throw new ArgumentException("SpecialTokens is null; it must be a SpecialTokenPolicy.");
        Truncation?.Validate();
        Padding?.Validate();
    }
}
