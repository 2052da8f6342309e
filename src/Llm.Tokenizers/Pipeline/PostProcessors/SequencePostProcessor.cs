using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Post-processors one after the other.</summary>
internal sealed class SequencePostProcessor(List<TokenPostProcessor> steps) : TokenPostProcessor
{
    public override IEnumerable<SpecialToken> SpecialTokens => steps.SelectMany(step => step.SpecialTokens);

    public override int CountAdded(bool isPair) => steps.Sum(step => step.CountAdded(isPair));

    public override List<TokenSequence> Process(List<TokenSequence> sequences, bool addSpecialTokens) =>
        steps.Aggregate(sequences, (current, step) => step.Process(current, addSpecialTokens));

    public override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["processors"] = new JsonArray([.. steps.Select(step => step.ToJson())]) };
}
