using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>A step that changes a text before it is cut; the section normalizer of tokenizer.json.</summary>
internal abstract class TextNormalizer
{
    /// <summary>The changed text, which still knows where each character came from.</summary>
    public abstract AlignedText Apply(AlignedText text);

    /// <summary>The section of tokenizer.json that reads as this step.</summary>
    public abstract JsonObject ToJson();
}
