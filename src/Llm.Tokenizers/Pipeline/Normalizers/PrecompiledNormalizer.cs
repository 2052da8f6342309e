using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// SentencePiece's rewriting rules. Hugging Face's library looks whole grapheme clusters below six bytes up, then single characters, and
/// takes the shortest entry that starts the string; so does this.
/// </summary>
internal sealed class PrecompiledNormalizer(string base64, CharsMap map) : TextNormalizer
{
    private const int LongestCluster = 5; // in bytes

    /// <exception cref="FormatException">The map is malformed.</exception>
    public static new PrecompiledNormalizer Read(JsonElement section)
    {
        var base64 = section.Text("precompiled_charsmap");
        return new PrecompiledNormalizer(base64, CharsMap.Read(Convert.FromBase64String(base64)));
    }

    public override AlignedText Apply(AlignedText text)
    {
        var changes = new List<(Rune Character, int Change)>(text.Text.Length + 16);
        var isChanged = false;
        for (var at = 0; at < text.Text.Length;)
        {
            var cluster = text.Text.AsSpan(at, StringInfo.GetNextTextElementLength(text.Text, at));
            at += cluster.Length;
            if (Encoding.UTF8.GetByteCount(cluster) <= LongestCluster && map.Find(cluster) is { } whole)
            {
                isChanged = true;
                Replace(changes, CountOf(cluster), whole);
                continue;
            }
            foreach (var character in cluster.EnumerateRunes())
                isChanged |= ReplaceCharacter(changes, character);
        }
        if (!isChanged)
            return text;
        var editor = new AlignedTextEditor(text);
        foreach (var (character, change) in changes)
            editor.Write(character, change);
        return editor.ToText();
    }

    public override JsonObject ToJson() => new() { ["type"] = "Precompiled", ["precompiled_charsmap"] = base64 };

    private bool ReplaceCharacter(List<(Rune Character, int Change)> changes, Rune character)
    {
        Span<char> text = stackalloc char[2];
        if (map.Find(text[..character.EncodeToUtf16(text)]) is not { } replacement)
        {
            changes.Add((character, 0));
            return false;
        }
        Replace(changes, 1, replacement);
        return true;
    }

    // Surplus new characters are added; surplus old ones are left out behind the last character written. Before the first character they
    // are not counted, which moves the places of the whole text, in the reference too.
    private static void Replace(List<(Rune Character, int Change)> changes, int replaced, string replacement)
    {
        foreach (var character in replacement.EnumerateRunes())
            changes.Add((character, replaced-- > 0 ? 0 : 1));
        if (replaced > 0 && changes.Count > 0)
            changes[^1] = changes[^1] with { Change = changes[^1].Change - replaced };
    }

    private static int CountOf(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }
}
