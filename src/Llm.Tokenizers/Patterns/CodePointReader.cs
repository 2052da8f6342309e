using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>A well-formed text whose code points can be read from any place in both directions.</summary>
internal interface ICodePointReader
{
    /// <summary>The length in units.</summary>
    int Length { get; }

    /// <summary>The code point that starts at a place before the end, and how many units it takes.</summary>
    int Read(int at, out int length);

    /// <summary>The code point that ends at a place behind the start, and how many units it takes.</summary>
    int ReadBefore(int at, out int length);
}

/// <summary>Code points of UTF-8.</summary>
internal readonly unsafe struct Utf8Reader(byte* text, int length) : ICodePointReader
{
    public int Length => length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(int at, out int length)
    {
        int first = text[at];
        if (first < 0x80)
        {
            length = 1;
            return first;
        }
        return ReadLong(text + at, first, out length);
    }

    public int ReadBefore(int at, out int length)
    {
        var start = at - 1;
        while ((text[start] & 0xC0) == 0x80)
            start--;
        return Read(start, out length);
    }

    private static int ReadLong(byte* at, int first, out int length)
    {
        if (first < 0xE0)
        {
            length = 2;
            return (first & 31) << 6 | (at[1] & 63);
        }
        if (first < 0xF0)
        {
            length = 3;
            return (first & 15) << 12 | (at[1] & 63) << 6 | (at[2] & 63);
        }
        length = 4;
        return (first & 7) << 18 | (at[1] & 63) << 12 | (at[2] & 63) << 6 | (at[3] & 63);
    }
}

/// <summary>Code points of UTF-16.</summary>
internal readonly unsafe struct Utf16Reader(char* text, int length) : ICodePointReader
{
    public int Length => length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(int at, out int length)
    {
        var unit = text[at];
        if (!char.IsHighSurrogate(unit))
        {
            length = 1;
            return unit;
        }
        length = 2;
        return char.ConvertToUtf32(unit, text[at + 1]);
    }

    public int ReadBefore(int at, out int length) => Read(char.IsLowSurrogate(text[at - 1]) ? at - 2 : at - 1, out length);
}
