using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>The matches of <c>\w+|[^\w\s]+</c>: runs of word characters, and runs of what is neither word nor space.</summary>
internal sealed class WhitespacePreTokenizer : TextPreTokenizer
{
    private static readonly CodePointSet RustWord = UnicodeProperties.Get("word").Union(UnicodeProperties.Get("joincontrol"));

    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public override void Split(AlignedText text, List<AlignedText> pieces)
    {
        var (start, at, current) = (0, 0, Kind.Space);
        foreach (var character in text.Text.EnumerateRunes())
        {
            if (KindOf(character) is var kind && kind != current)
            {
                if (current != Kind.Space)
                    pieces.Add(text.Slice(start, at - start));
                (start, current) = (at, kind);
            }
            at += character.Utf16SequenceLength;
        }
        if (current != Kind.Space)
            pieces.Add(text.Slice(start, at - start));
    }

    public override JsonObject ToJson() => new() { ["type"] = "Whitespace" };

    private static Kind KindOf(Rune character)
    {
        if (Rune.IsWhiteSpace(character))
            return Kind.Space;
        return RustWord.Contains(character.Value) ? Kind.Word : Kind.Other;
    }
}
