using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Decoders one after the other.</summary>
internal sealed class SequenceDecoder(List<TokenDecoder> steps) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => steps.Aggregate(tokens, (current, step) => step.Decode(current));

    public override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["decoders"] = new JsonArray([.. steps.Select(step => step.ToJson())]) };
}
