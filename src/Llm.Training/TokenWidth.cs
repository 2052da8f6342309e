namespace Llm.Training;

/// <summary>Bytes that each id takes in a token file.</summary>
public enum TokenWidth
{
    /// <summary>Two bytes, for vocabularies of at most 65,536 tokens; nanoGPT's .bin files.</summary>
    TwoBytes = 2,

    /// <summary>Four bytes.</summary>
    FourBytes = 4,
}
