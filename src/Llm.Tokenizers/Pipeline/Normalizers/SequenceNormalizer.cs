using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Normalizers one after the other.</summary>
internal sealed class SequenceNormalizer(List<TextNormalizer> steps) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => steps.Aggregate(text, (current, step) => step.Apply(current));

    public override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["normalizers"] = new JsonArray([.. steps.Select(step => step.ToJson())]) };
}
