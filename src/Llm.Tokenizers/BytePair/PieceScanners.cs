using System.Runtime.CompilerServices;
using static Llm.Tokenizers.UnicodeClasses;

namespace Llm.Tokenizers;

/// <summary>One split pattern, written by hand over UTF-8.</summary>
internal unsafe interface IPieceScanner
{
    /// <summary>The end of the piece that starts at <paramref name="start"/>, which lies before <paramref name="end"/>.</summary>
    static abstract byte* Next(byte* start, byte* end);
}

/// <summary>GPT-2: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.</summary>
internal readonly unsafe struct Gpt2Scanner : IPieceScanner
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Next(byte* start, byte* end)
    {
        if (*start == '\'' && ContractionLength(start) is > 0 and var contraction)
            return start + contraction;
        var text = start;
        if (*text == ' ' && text + 1 < end)
            text++;
        var kind = Read(text, out var length);
        if ((kind & Letter) != 0)
            return SkipLetters(text + length, end);
        if ((kind & Number) != 0)
            return SkipWhile(text + length, end, Number);
        return (kind & Space) == 0 ? SkipUntil(text + length, end, Letter | Number | Space) : EndOfSpaces(start, end);
    }

    private static int ContractionLength(byte* quote) => (quote[1], quote[2]) switch
    {
        ((byte)'s' or (byte)'t' or (byte)'m' or (byte)'d', _) => 2,
        ((byte)'r' or (byte)'v', (byte)'e') or ((byte)'l', (byte)'l') => 3,
        _ => 0,
    };

    // The last space of a run belongs to the word behind it, unless it stands alone or ends the text.
    private static byte* EndOfSpaces(byte* start, byte* end)
    {
        var last = start;
        var text = start;
        while (text < end)
        {
            if ((Read(text, out var length) & Space) == 0)
                return last == start ? text : last;
            last = text;
            text += length;
        }
        return text;
    }
}

/// <summary>How many digits a pattern keeps together.</summary>
internal interface IDigitLimit
{
    static abstract int Count { get; }
}

internal readonly struct OneDigit : IDigitLimit
{
    public static int Count => 1;
}

internal readonly struct TwoDigits : IDigitLimit
{
    public static int Count => 2;
}

internal readonly struct ThreeDigits : IDigitLimit
{
    public static int Count => 3;
}

/// <summary>
/// cl100k and its relatives, which differ in the number of digits n:
/// <c>'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// </summary>
internal readonly unsafe struct Cl100kScanner<TDigits> : IPieceScanner
    where TDigits : IDigitLimit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Next(byte* start, byte* end)
    {
        var kind = Read(start, out var length);
        var text = start + length;
        if ((kind & Letter) != 0)
            return SkipLetters(text, end);
        if ((kind & Number) != 0)
            return PieceRules.EndOfDigits(text, end, TDigits.Count);
        if (*start == '\'' && PieceRules.ContractionLength(start) is > 0 and var contraction)
            return start + contraction;
        var (nextKind, nextLength) = ((byte)Space, 0);
        if (text < end)
            nextKind = Read(text, out nextLength);
        if ((nextKind & Letter) != 0 && (kind & LineEnd) == 0)
            return SkipLetters(text + nextLength, end);
        if ((kind & Space) == 0)
            return SkipLineEnds(SkipUntil(text, end, Letter | Number | Space), end);
        if (*start == ' ' && (nextKind & (Letter | Number | Space)) == 0)
            return SkipLineEnds(SkipUntil(text, end, Letter | Number | Space), end);
        return PieceRules.EndOfSpaces(start, end);
    }

    private static byte* SkipLineEnds(byte* text, byte* end)
    {
        while (text < end && *text is (byte)'\n' or (byte)'\r')
            text++;
        return text;
    }
}

/// <summary>
/// o200k:
/// <c>p?U*L+c?|p?U+L*c?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>, where p is
/// <c>[^\r\n\p{L}\p{N}]</c>, U <c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c>, L <c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c> and c a contraction.
/// </summary>
internal readonly unsafe struct O200kScanner : IPieceScanner
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Next(byte* start, byte* end)
    {
        var kind = Read(start, out var length);
        var text = start + length;
        if ((kind & Letter) != 0)
            return SkipContraction(EndOfWord(start, end, takesUpperAlone: true), end);
        if ((kind & Number) != 0)
            return PieceRules.EndOfDigits(text, end, 3);
        // A mark may stand before a word as well as be one, which comes before a word in upper case.
        var isMark = (kind & UpperPart) != 0;
        if ((kind & LineEnd) == 0 && EndOfWord(text, end, takesUpperAlone: !isMark) is var word && word != null)
            return SkipContraction(word, end);
        if (isMark)
            return SkipContraction(text, end);
        if ((kind & Space) == 0 || (*start == ' ' && text < end && (Read(text, out _) & (Letter | Number | Space)) == 0))
            return SkipLineEndsAndSlashes(SkipUntil(text, end, Letter | Number | Space), end);
        return PieceRules.EndOfSpaces(start, end);
    }

    // Upper case, then lower case as far as it goes. What has no case counts as both; the last such character may stand for lower case.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* EndOfWord(byte* start, byte* end, bool takesUpperAlone)
    {
        byte* text = start, lastLower = null;
        while (text < end)
        {
            var kind = Read(text, out var length);
            if ((kind & UpperPart) == 0)
            {
                if ((kind & LowerPart) != 0)
                    return SkipLower(text + length, end);
                break;
            }
            text += length;
            if ((kind & LowerPart) != 0)
                lastLower = text;
        }
        if (lastLower != null)
            return lastLower;
        return takesUpperAlone && text > start ? text : null;
    }

    private static byte* SkipContraction(byte* text, byte* end) =>
        text < end && *text == '\'' ? text + PieceRules.ContractionLength(text) : text;

    private static byte* SkipLineEndsAndSlashes(byte* text, byte* end)
    {
        while (text < end && *text is (byte)'\n' or (byte)'\r' or (byte)'/')
            text++;
        return text;
    }
}

/// <summary>No split: the whole text is one piece.</summary>
internal readonly unsafe struct WholeTextScanner : IPieceScanner
{
    public static byte* Next(byte* start, byte* end) => end;
}

/// <summary>Every character is a piece.</summary>
internal readonly unsafe struct CharacterScanner : IPieceScanner
{
    public static byte* Next(byte* start, byte* end)
    {
        Read(start, out var length);
        return start + length;
    }
}

/// <summary>Parts of patterns that cl100k and o200k share.</summary>
internal static unsafe class PieceRules
{
    /// <summary>The end of a run of digits, at most so many, the first of which is read.</summary>
    public static byte* EndOfDigits(byte* text, byte* end, int limit)
    {
        for (var digits = 1; digits < limit && text < end; digits++)
        {
            if ((Read(text, out var length) & Number) == 0)
                return text;
            text += length;
        }
        return text;
    }

    /// <summary>The length of 's, 't, 're, 've, 'm, 'll or 'd; 0 for anything else.</summary>
    // Upper case counts as well, and so does the long s (U+017F), whose simple case folding is s.
    public static int ContractionLength(byte* quote) => (quote[1] | 0x20, quote[2] | 0x20) switch
    {
        ('s' or 't' or 'm' or 'd', _) => 2,
        ('r' or 'v', 'e') or ('l', 'l') => 3,
        _ => quote[1] == 0xC5 && quote[2] == 0xBF ? 3 : 0,
    };

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>.</summary>
    // Up to the last line end of the run; else as in GPT-2's pattern.
    public static byte* EndOfSpaces(byte* start, byte* end)
    {
        byte* text = start, last = start, lineEnd = null;
        while (text < end)
        {
            var kind = Read(text, out var length);
            if ((kind & Space) == 0)
                break;
            last = text;
            text += length;
            if ((kind & LineEnd) != 0)
                lineEnd = text;
        }
        if (lineEnd != null)
            return lineEnd;
        return text == end || last == start ? text : last;
    }
}
