using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>&lt;s> A &lt;/s>, or &lt;s> A &lt;/s> &lt;/s> B &lt;/s>, all of type 0; and places without spaces, if asked.</summary>
internal sealed class RobertaPostProcessor(SpecialToken start, SpecialToken separator, bool trimsOffsets, bool addsPrefixSpace)
    : TokenPostProcessor
{
    public static new RobertaPostProcessor Read(JsonElement section) => new(
        SpecialToken.Read(section, "cls"), SpecialToken.Read(section, "sep"),
        section.Flag("trim_offsets"), section.Flag("add_prefix_space"));

    public override IEnumerable<SpecialToken> SpecialTokens => [start, separator];

    public override int CountAdded(bool isPair) => isPair ? 4 : 2;

    public override List<TokenSequence> Process(List<TokenSequence> sequences, bool addSpecialTokens)
    {
        foreach (var sequence in sequences)
        {
            if (trimsOffsets)
                ByteLevelPostProcessor.TrimPlaces(sequence, addsPrefixSpace);
            sequence.SetTypes(0);
            if (addSpecialTokens)
                sequence.Overflowing.ForEach(part => part.SetTypes(0));
        }
        return !addSpecialTokens
            ? sequences
            : [.. sequences.Select((sequence, i) => BertPostProcessor.Surround(
                sequence, i == 0 ? 0 : 1, [(i == 0 ? start : separator).ToRow(0)], [separator.ToRow(0)]))];
    }

    public override JsonObject ToJson() => new()
    {
        ["type"] = "RobertaProcessing",
        ["sep"] = separator.ToJson(),
        ["cls"] = start.ToJson(),
        ["trim_offsets"] = trimsOffsets,
        ["add_prefix_space"] = addsPrefixSpace,
    };
}
