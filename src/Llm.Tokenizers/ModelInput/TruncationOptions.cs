namespace Llm.Tokenizers;

/// <summary>How long token sequences are cut; the rules are those of Hugging Face's tokenizers 0.23.1.</summary>
/// <remarks>
/// What is cut off is kept in <see cref="TokenEncoding.Overflowing"/> as far as it was encoded: a text is encoded up to the word that
/// reaches <see cref="MaxLength"/>, and what stands behind it is not looked at.
/// </remarks>
public sealed class TruncationOptions
{
    /// <summary>The most tokens of an encoding, special tokens included. The default is 512.</summary>
    public int MaxLength { get; set; } = 512;

    /// <summary>Which sequence of a pair is cut.</summary>
    public TruncationStrategy Strategy { get; set; }

    /// <summary>How many tokens two windows that follow each other share. The default is 0.</summary>
    public int Stride { get; set; }

    /// <summary>The side on which tokens are cut off.</summary>
    public TextSide Side { get; set; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public void Validate()
    {
        if (MaxLength < 0)
            throw new ArgumentException($"MaxLength is {MaxLength}; it must not be negative.");
        if (Stride < 0)
            throw new ArgumentException($"Stride is {Stride}; it must not be negative.");
        if (!Enum.IsDefined(Strategy) || !Enum.IsDefined(Side))
            throw new ArgumentException($"Strategy is {Strategy} and Side is {Side}; at least one of them is none of the known values.");
    }

    internal TruncationOptions Copy() => (TruncationOptions)MemberwiseClone();
}
