using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Llm.Tokenizers;

/// <summary>
/// The classes of code points that split patterns ask for (\p{L}, \p{N}, \s, line ends, o200k's two halves of words), read from UTF-8
/// one character at a time.
/// The text must be well-formed and be followed by <see cref="Padding"/> zero bytes.
/// </summary>
internal static unsafe class UnicodeClasses
{
    public const byte Letter = 1;
    public const byte Number = 2;
    public const byte Space = 4;
    public const byte LineEnd = 8;

    /// <summary>Upper case, title case, and what has no case: letters and marks.</summary>
    public const byte UpperPart = 16;

    /// <summary>Lower case, and what has no case: letters and marks.</summary>
    public const byte LowerPart = 32;

    /// <summary>Bytes that may be read behind the text.</summary>
    public const int Padding = 16;

    private const byte NotAscii = 128;
    private const int CodePoints = 0x110000;

    // Planes 4 to 13 are unassigned, 14 has some marks at its start, 15 and 16 are private.
    private const int FirstUnassignedPlane = 0x40000;
    private const int MarksOfPlane14 = 0xE0000;
    private const int MarksOfPlane14End = 0xE1000;

    private static readonly byte* ByCodePoint = Classify();
    private static readonly byte* ByFirstByte = ClassifyFirstBytes();

    /// <summary>The class of the character at <paramref name="text"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Read(byte* text, out int length)
    {
        var kind = ByFirstByte[*text];
        if (kind == NotAscii)
            return ReadLong(text, out length);
        length = 1;
        return kind;
    }

    /// <summary>The end of the run of characters whose class has a bit of <paramref name="kinds"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* SkipWhile(byte* text, byte* end, byte kinds)
    {
        while (text < end)
        {
            var kind = Read(text, out var length);
            if ((kind & kinds) == 0)
                return text;
            text += length;
        }
        return text;
    }

    /// <summary>The end of the run of characters whose class has no bit of <paramref name="kinds"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* SkipUntil(byte* text, byte* end, byte kinds)
    {
        while (text < end)
        {
            var kind = Read(text, out var length);
            if ((kind & kinds) != 0)
                return text;
            text += length;
        }
        return text;
    }

    /// <summary>The end of the run of letters; those of ASCII are looked at 16 at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* SkipLetters(byte* text, byte* end)
    {
        // The run ends at the zeros behind the text at the latest.
        text += CountInRange(Vector128.Load(text) | Vector128.Create((byte)0x20), (byte)'a', 'z' - 'a' + 1);
        return (ByFirstByte[*text] & (Letter | NotAscii)) == 0 ? text : SkipMore(text, end, Letter);
    }

    /// <summary>The end of the run of what may end a word of o200k; lower case of ASCII is looked at 16 at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* SkipLower(byte* text, byte* end)
    {
        text += CountInRange(Vector128.Load(text), (byte)'a', 'z' - 'a' + 1);
        return (ByFirstByte[*text] & (LowerPart | NotAscii)) == 0 ? text : SkipMore(text, end, LowerPart);
    }

    // Rare, and so a call, where SkipWhile would be inlined.
    private static byte* SkipMore(byte* text, byte* end, byte kinds) => SkipWhile(text, end, kinds);

    // How many bytes from the first on are one of so many values from the lowest on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountInRange(Vector128<byte> bytes, byte lowest, byte values)
    {
        var inRange = Vector128.LessThan(bytes - Vector128.Create(lowest), Vector128.Create(values));
        return BitOperations.TrailingZeroCount(~inRange.ExtractMostSignificantBits());
    }

    private static byte ReadLong(byte* text, out int length)
    {
        int first = *text;
        if (first < 0xE0)
        {
            length = 2;
            return ByCodePoint[((first & 31) << 6) | (text[1] & 63)];
        }
        if (first < 0xF0)
        {
            length = 3;
            return ByCodePoint[((first & 15) << 12) | ((text[1] & 63) << 6) | (text[2] & 63)];
        }
        length = 4;
        return ByCodePoint[((first & 7) << 18) | ((text[1] & 63) << 12) | ((text[2] & 63) << 6) | (text[3] & 63)];
    }

    private static byte* Classify()
    {
        var classes = (byte*)NativeMemory.AllocZeroed(CodePoints); // lives as long as the process; pages that stay zero cost nothing
        for (var codePoint = 0; codePoint < FirstUnassignedPlane; codePoint++)
            classes[codePoint] = ClassOf(codePoint);
        for (var codePoint = MarksOfPlane14; codePoint < MarksOfPlane14End; codePoint++)
            classes[codePoint] = ClassOf(codePoint);
        return classes;
    }

    private static byte* ClassifyFirstBytes()
    {
        var classes = (byte*)NativeMemory.AllocZeroed(256);
        for (var first = 0; first < 256; first++)
            classes[first] = first < 128 ? ClassOf(first) : NotAscii;
        return classes;
    }

    private static byte ClassOf(int codePoint) => codePoint switch
    {
        '\n' or '\r' => Space | LineEnd,
        '\t' or '\v' or '\f' or 0x85 => Space,
        _ => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Letter | UpperPart,
            UnicodeCategory.LowercaseLetter => Letter | LowerPart,
            UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter | UpperPart | LowerPart,
            <= UnicodeCategory.EnclosingMark => UpperPart | LowerPart,
            >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => Number,
            >= UnicodeCategory.SpaceSeparator and <= UnicodeCategory.ParagraphSeparator => Space,
            _ => 0,
        },
    };
}
