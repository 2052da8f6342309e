using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Decoders one after the other.</summary>
internal sealed class SequenceDecoder(List<TokenDecoder> steps) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) =>
        Enumerable.Reverse(steps).Aggregate(next, (following, step) => step.Start(following));

    public override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["decoders"] = new JsonArray([.. steps.Select(step => step.ToJson())]) };
}
