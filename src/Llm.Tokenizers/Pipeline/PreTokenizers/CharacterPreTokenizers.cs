using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Cuts around characters of a kind.</summary>
internal abstract class CharacterPreTokenizer(SplitBehavior behavior) : TextPreTokenizer
{
    public override void Split(AlignedText text, List<AlignedText> pieces) =>
        behavior.Split(text, Matches(text.Text, IsMatch), inverts: false, pieces);

    /// <summary>Whether the text is cut around this character.</summary>
    protected abstract bool IsMatch(Rune character);

    internal static List<(int Start, int Length)> Matches(string text, Func<Rune, bool> isMatch)
    {
        var matches = new List<(int, int)>();
        var at = 0;
        foreach (var character in text.EnumerateRunes())
        {
            if (isMatch(character))
                matches.Add((at, character.Utf16SequenceLength));
            at += character.Utf16SequenceLength;
        }
        return matches;
    }
}

/// <summary>The parts between whitespace.</summary>
internal sealed class WhitespaceSplitPreTokenizer() : CharacterPreTokenizer(SplitBehavior.Removed)
{
    public override JsonObject ToJson() => new() { ["type"] = "WhitespaceSplit" };

    protected override bool IsMatch(Rune character) => Rune.IsWhiteSpace(character);
}

/// <summary>Cuts around punctuation.</summary>
internal sealed class PunctuationPreTokenizer(SplitBehavior behavior) : CharacterPreTokenizer(behavior)
{
    private readonly SplitBehavior _behavior = behavior;

    public override JsonObject ToJson() => new() { ["type"] = "Punctuation", ["behavior"] = _behavior.ToString() };

    protected override bool IsMatch(Rune character) => IsPunctuation(character);

    /// <summary>Unicode's punctuation, and what ASCII counts as punctuation besides.</summary>
    public static bool IsPunctuation(Rune character) => character.IsAscii
        ? char.IsAscii((char)character.Value) && !char.IsAsciiLetterOrDigit((char)character.Value) && character.Value is > ' ' and < 0x7F
        : UnicodeData.IsPunctuation(character);
}

/// <summary>Cuts around numbers: each digit, or each run of them, is a piece.</summary>
internal sealed class DigitsPreTokenizer(bool individually)
    : CharacterPreTokenizer(individually ? SplitBehavior.Isolated : SplitBehavior.Contiguous)
{
    public override JsonObject ToJson() => new() { ["type"] = "Digits", ["individual_digits"] = individually };

    protected override bool IsMatch(Rune character) => Rune.IsNumber(character);
}

/// <summary>The parts between occurrences of a character.</summary>
internal sealed class CharDelimiterSplitPreTokenizer(Rune delimiter) : CharacterPreTokenizer(SplitBehavior.Removed)
{
    public override JsonObject ToJson() => new() { ["type"] = "CharDelimiterSplit", ["delimiter"] = delimiter.ToString() };

    protected override bool IsMatch(Rune character) => character == delimiter;
}

/// <summary>BERT's words: the parts between whitespace, cut around punctuation.</summary>
internal sealed class BertPreTokenizer : TextPreTokenizer
{
    public override void Split(AlignedText text, List<AlignedText> pieces)
    {
        var words = new List<AlignedText>();
        SplitBehavior.Removed.Split(text, CharacterPreTokenizer.Matches(text.Text, Rune.IsWhiteSpace), inverts: false, words);
        foreach (var word in words)
        {
            var marks = CharacterPreTokenizer.Matches(word.Text, PunctuationPreTokenizer.IsPunctuation);
            SplitBehavior.Isolated.Split(word, marks, inverts: false, pieces);
        }
    }

    public override JsonObject ToJson() => new() { ["type"] = "BertPreTokenizer" };
}

/// <summary>Pieces of so many characters; the last one may be shorter.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : TextPreTokenizer
{
    public static new FixedLengthPreTokenizer Read(JsonElement section) => section.Count("length", ifMissing: 5) is > 0 and var length
        ? new FixedLengthPreTokenizer(length)
        : throw new FormatException("length of FixedLength is 0; it must be at least 1.");

    public override void Split(AlignedText text, List<AlignedText> pieces)
    {
        var (start, at, count) = (0, 0, 0);
        foreach (var character in text.Text.EnumerateRunes())
        {
            at += character.Utf16SequenceLength;
            if (++count < length)
                continue;
            pieces.Add(text.Slice(start, at - start));
            (start, count) = (at, 0);
        }
        if (at > start)
            pieces.Add(text.Slice(start, at - start));
    }

    public override JsonObject ToJson() => new() { ["type"] = "FixedLength", ["length"] = length };
}
