using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>A step from tokens back to text; the section decoder of tokenizer.json. The text is what the last step leaves, joined.</summary>
internal abstract class TokenDecoder
{
    /// <summary>Turns the raw tokens of a whole sequence into parts of its text.</summary>
    public abstract List<string> Decode(List<string> tokens);

    /// <summary>The section of tokenizer.json that reads as this step.</summary>
    public abstract JsonObject ToJson();
}
