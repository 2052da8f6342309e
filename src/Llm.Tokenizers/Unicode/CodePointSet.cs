using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>A set of code points: sorted ranges, with a bit for each code point below U+10000 once it is asked for members.</summary>
internal sealed class CodePointSet
{
    private const int CodePoints = 0x110000;
    private const int BitmapSize = 0x10000;

    private readonly int[] _bounds; // start of a range, end of it (exclusive), start of the next one, …
    private ulong[]? _bits;

    private CodePointSet(int[] bounds) => _bounds = bounds;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([0, CodePoints]);

    public bool IsEmpty => _bounds.Length == 0;

    /// <summary>The members as ranges, the last code point included.</summary>
    public IEnumerable<(int First, int Last)> Ranges
    {
        get
        {
            for (var i = 0; i < _bounds.Length; i += 2)
                yield return (_bounds[i], _bounds[i + 1] - 1);
        }
    }

    public static CodePointSet Of(params ReadOnlySpan<int> codePoints)
    {
        var ranges = new List<(int, int)>(codePoints.Length);
        foreach (var codePoint in codePoints)
            ranges.Add((codePoint, codePoint));
        return OfRanges(ranges);
    }

    public static CodePointSet Range(int first, int last) => new([first, last + 1]);

    /// <param name="ranges">Ranges in any order, the last code point of each included.</param>
    public static CodePointSet OfRanges(List<(int First, int Last)> ranges)
    {
        var bounds = new List<int>(2 * ranges.Count);
        foreach (var (first, last) in ranges.OrderBy(range => range.First))
        {
            if (bounds.Count > 0 && first <= bounds[^1])
                bounds[^1] = Math.Max(bounds[^1], last + 1);
            else
                bounds.AddRange([first, last + 1]);
        }
        return new CodePointSet([.. bounds]);
    }

    public CodePointSet Union(CodePointSet other) => OfRanges([.. Ranges, .. other.Ranges]);

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    public CodePointSet Complement()
    {
        if (IsEmpty)
            return All;
        List<int> bounds = [.. _bounds];
        if (bounds[0] == 0)
            bounds.RemoveAt(0);
        else
            bounds.Insert(0, 0);
        if (bounds[^1] == CodePoints)
            bounds.RemoveAt(bounds.Count - 1);
        else
            bounds.Add(CodePoints);
        return new CodePointSet([.. bounds]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int codePoint)
    {
        var bits = _bits ?? MakeBits();
        return codePoint < BitmapSize ? (bits[codePoint >> 6] >> codePoint & 1) != 0 : ContainsHigh(codePoint);
    }

    private bool ContainsHigh(int codePoint)
    {
        var found = Array.BinarySearch(_bounds, codePoint);
        return ((found >= 0 ? found + 1 : ~found) & 1) != 0; // an odd number of bounds at or below it
    }

    private ulong[] MakeBits()
    {
        var bits = new ulong[BitmapSize / 64];
        for (var i = 0; i < _bounds.Length && _bounds[i] < BitmapSize; i += 2)
        {
            for (var codePoint = _bounds[i]; codePoint < Math.Min(_bounds[i + 1], BitmapSize); codePoint++)
                bits[codePoint >> 6] |= 1UL << codePoint;
        }
        return _bits = bits;
    }
}
