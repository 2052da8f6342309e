namespace Llm.Tokenizers;

/// <summary>Values of code points, most of which have none, kept as sorted ranges.</summary>
internal sealed class CodePointRanges(int[] starts, int[] ends, int[] values)
{
    /// <summary>The value of a code point; 0 if it has none.</summary>
    public int this[int codePoint]
    {
        get
        {
            if (codePoint < starts[0])
                return 0;
            var found = Array.BinarySearch(starts, codePoint);
            var range = found >= 0 ? found : ~found - 1;
            return codePoint < ends[range] ? values[range] : 0;
        }
    }

    public bool Contains(int codePoint) => this[codePoint] != 0;
}
