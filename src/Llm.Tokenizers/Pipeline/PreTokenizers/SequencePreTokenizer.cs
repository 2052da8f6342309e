using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Pre-tokenizers one after the other: each cuts the pieces of the one before it.</summary>
internal sealed class SequencePreTokenizer(List<TextPreTokenizer> steps) : TextPreTokenizer
{
    public override void Split(AlignedText text, List<AlignedText> pieces)
    {
        List<AlignedText> current = text.Text.Length == 0 ? [] : [text];
        foreach (var step in steps)
        {
            var next = new List<AlignedText>(current.Count);
            foreach (var piece in current)
                step.Split(piece, next);
            current = next;
        }
        pieces.AddRange(current);
    }

    public override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. steps.Select(step => step.ToJson())]) };
}
