namespace Llm.Tokenizers;

/// <summary>What Hugging Face's post-processor ByteLevel does to the places of tokens.</summary>
public enum PlaceTrimming
{
    /// <summary>A place holds the spaces of its token.</summary>
    None,

    /// <summary>Spaces at both ends of a token are left out (trim_offsets).</summary>
    Spaces,

    /// <summary>
    /// The same, but one space at the start of the text stays, as if it had been added (trim_offsets with add_prefix_space).
    /// </summary>
    SpacesButFirst,
}
