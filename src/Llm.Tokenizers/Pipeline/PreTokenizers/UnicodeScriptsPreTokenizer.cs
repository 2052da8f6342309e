using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// Cuts where the script changes, as SentencePiece does. Characters of no script, a space among them, go with what stands before; at the
/// start of a text they are left out.
/// </summary>
internal sealed class UnicodeScriptsPreTokenizer : TextPreTokenizer
{
    public override void Split(AlignedText text, List<AlignedText> pieces)
    {
        var (start, at, current) = (-1, 0, 0);
        foreach (var character in text.Text.EnumerateRunes())
        {
            if (UnicodeData.ScriptOf(character) is not 0 and var script && script != current)
            {
                if (start >= 0)
                    pieces.Add(text.Slice(start, at - start));
                (start, current) = (at, script);
            }
            at += character.Utf16SequenceLength;
        }
        if (start >= 0)
            pieces.Add(text.Slice(start, at - start));
    }

    public override JsonObject ToJson() => new() { ["type"] = "UnicodeScripts" };
}
