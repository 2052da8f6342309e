using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Cuts around the matches of a pattern.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool inverts) : TextPreTokenizer
{
    public override void Split(AlignedText text, List<AlignedText> pieces) =>
        behavior.Split(text, pattern.FindMatches(text.Text), inverts, pieces);

    public override JsonObject ToJson() => new()
    {
        ["type"] = "Split",
        ["pattern"] = pattern.ToJson(),
        ["behavior"] = behavior.ToString(),
        ["invert"] = inverts,
    };
}
