using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// Unicode's normalization forms (UAX #15) in the version of Hugging Face's library, Unicode 9, whatever the operating system knows.
/// </summary>
internal sealed class UnicodeNormalizer(string form) : TextNormalizer
{
    private const int HangulStart = 0xAC00, LeadStart = 0x1100, VowelStart = 0x1161, TrailStart = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, HangulCount = LeadCount * VowelCount * TrailCount;

    public override AlignedText Apply(AlignedText text) => Normalize(text, compatibly: form.Contains('K'), composes: form.EndsWith('C'));

    public override JsonObject ToJson() => new() { ["type"] = form };

    public static AlignedText Nfd(AlignedText text) => Normalize(text, compatibly: false, composes: false);

    private static AlignedText Normalize(AlignedText text, bool compatibly, bool composes)
    {
        // Below U+00A0 nothing ever changes; below U+0300 nothing does that is composed already.
        if (!text.Text.AsSpan().ContainsAnyExceptInRange('\0', composes && !compatibly ? '\u02FF' : '\u009F'))
            return text;
        var parts = Decompose(text.Text, compatibly);
        if (composes)
            parts = Compose(parts);
        var editor = new AlignedTextEditor(text);
        foreach (var part in parts)
            editor.Write(new Rune(part.Character), part.Change);
        return editor.ToText();
    }

    // The first part of a character replaces it, the others are added; marks are then sorted by class between starters.
    private static List<Part> Decompose(string text, bool compatibly)
    {
        var parts = new List<Part>(text.Length + 16);
        var sorted = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var first = parts.Count;
            AddParts(parts, rune.Value, compatibly);
            for (var i = first; i < parts.Count; i++)
            {
                if (parts[i].Class != 0)
                    continue;
                SortMarks(parts, sorted, i);
                sorted = i + 1;
            }
        }
        SortMarks(parts, sorted, parts.Count);
        return parts;
    }

    private static void AddParts(List<Part> parts, int character, bool compatibly)
    {
        if (character - HangulStart is >= 0 and < HangulCount and var syllable)
        {
            parts.Add(new Part(LeadStart + syllable / (VowelCount * TrailCount), 0, 0));
            parts.Add(new Part(VowelStart + syllable / TrailCount % VowelCount, 1, 0));
            if (syllable % TrailCount > 0)
                parts.Add(new Part(TrailStart + syllable % TrailCount, 1, 0));
            return;
        }
        var decomposed = UnicodeData.Decompose(character, compatibly);
        if (decomposed.IsEmpty)
            parts.Add(new Part(character, 0, UnicodeData.CombiningClass(character)));
        for (var i = 0; i < decomposed.Length; i++)
            parts.Add(new Part(decomposed[i], i == 0 ? 0 : 1, UnicodeData.CombiningClass(decomposed[i])));
    }

    // Runs of marks are short as a rule, but not always: List.Sort is not stable, so the place breaks ties.
    private static void SortMarks(List<Part> parts, int start, int end)
    {
        for (var i = start + 1; i < end; i++)
        {
            if (parts[i - 1].Class <= parts[i].Class)
                continue;
            var run = parts[start..end].OrderBy(part => part.Class).ToList();
            for (var j = start; j < end; j++)
                parts[j] = run[j - start];
            return;
        }
    }

    private static List<Part> Compose(List<Part> parts)
    {
        var composed = new List<Part>(parts.Count);
        var starter = -1; // among those composed
        var lastClass = 0; // of the marks that stay between the starter and the next part
        foreach (var part in parts)
        {
            var isFree = starter >= 0 && (starter == composed.Count - 1 || lastClass < part.Class);
            if (isFree && ComposePair(composed[starter].Character, part.Character) is > 0 and var pair)
            {
                composed[starter] = new Part(pair, composed[starter].Change + part.Change - 1, 0);
                continue;
            }
            if (part.Class == 0)
                starter = composed.Count;
            lastClass = part.Class;
            composed.Add(part);
        }
        return composed;
    }

    private static int ComposePair(int first, int second)
    {
        if (first is >= LeadStart and < LeadStart + LeadCount && second is >= VowelStart and < VowelStart + VowelCount)
            return HangulStart + ((first - LeadStart) * VowelCount + second - VowelStart) * TrailCount;
        if (first - HangulStart is >= 0 and < HangulCount and var syllable && syllable % TrailCount == 0
            && second is > TrailStart and < TrailStart + TrailCount)
            return first + second - TrailStart;
        return UnicodeData.Compose(first, second);
    }

    /// <summary>A character on its way, with its change to the text as <see cref="AlignedTextEditor.Write(Rune, int)"/> takes it.</summary>
    private readonly record struct Part(int Character, int Change, int Class);
}
