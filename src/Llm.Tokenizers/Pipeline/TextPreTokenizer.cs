using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>A step that cuts a text into the pieces that the model sees; the section pre_tokenizer of tokenizer.json.</summary>
internal abstract class TextPreTokenizer
{
    /// <summary>Appends the pieces of a text, which may be a piece that an earlier step cut; empty pieces are left out.</summary>
    public abstract void Split(AlignedText text, List<AlignedText> pieces);

    /// <summary>The section of tokenizer.json that reads as this step.</summary>
    public abstract JsonObject ToJson();
}
