namespace Llm.Tokenizers;

/// <summary>How short token sequences are filled up; the rules are those of Hugging Face's tokenizers 0.23.1.</summary>
public sealed class PaddingOptions
{
    private const int MostTokens = 1 << 24;

    /// <summary>The length to fill up to; longer sequences stay as they are. The default, null, is the longest of the batch.</summary>
    public int? Length { get; set; }

    /// <summary>Rounds the length up to a multiple of this. The default, null, does not.</summary>
    public int? MultipleOf { get; set; }

    /// <summary>The side on which tokens are added.</summary>
    public TextSide Side { get; set; }

    /// <summary>The padding token. The default, null, is the one that the tokenizer's folder names as pad_token.</summary>
    public string? Token { get; set; }

    /// <summary>The id of the padding token. The default, null, is its id in the vocabulary.</summary>
    public int? Id { get; set; }

    /// <summary>The type of padding tokens. The default is 0.</summary>
    public int TypeId { get; set; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A number is negative or huge.</exception>
    public void Validate()
    {
        if (Length is < 0 or > MostTokens)
            throw new ArgumentException($"Length is {Length}; it must be 0 to {MostTokens}.");
        if (MultipleOf is < 0 or > MostTokens)
            throw new ArgumentException($"MultipleOf is {MultipleOf}; it must be 0, which does nothing, to {MostTokens}.");
        if (Id < 0 || TypeId < 0)
            throw new ArgumentException($"Id is {Id} and TypeId is {TypeId}; they must not be negative.");
        if (!Enum.IsDefined(Side))
            throw new ArgumentException($"Side is {Side}; it must be Right or Left.");
    }

    internal PaddingOptions Copy() => (PaddingOptions)MemberwiseClone();
}
