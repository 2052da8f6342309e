using System.Numerics;
using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Texts as sequences of characters (code points). A lone surrogate counts as one.</summary>
internal static class Chars
{
    /// <summary>How many characters.</summary>
    public static int Count(string text)
    {
        var count = text.Length;
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF'); i >= 0 && i < text.Length - 1; i++)
        {
            if (char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1]))
                count--;
        }
        return count;
    }

    /// <summary>The UTF-16 units of the character at an offset.</summary>
    public static int WidthAt(string text, int offset) =>
        char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length && char.IsLowSurrogate(text[offset + 1]) ? 2 : 1;

    /// <summary>Where a character starts, in UTF-16 units.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Number of the character, up to <paramref name="count"/>.</param>
    /// <param name="count">How many characters the text has.</param>
    public static int OffsetOf(string text, int index, int count)
    {
        if (count == text.Length)
            return index;
        var offset = 0;
        for (; index > 0; index--)
            offset += WidthAt(text, offset);
        return offset;
    }

    /// <summary>Where each character starts, and the end.</summary>
    public static int[] Offsets(string text, int count)
    {
        var offsets = new int[count + 1];
        for (var i = 0; i < count; i++)
            offsets[i + 1] = offsets[i] + WidthAt(text, offsets[i]);
        return offsets;
    }

    public static string Reverse(string text)
    {
        if (Count(text) == text.Length)
            return string.Create(text.Length, text, (span, source) =>
            {
                source.CopyTo(span);
                span.Reverse();
            });
        var reversed = new StringBuilder(text.Length);
        for (var end = text.Length; end > 0;)
        {
            var width = end > 1 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2]) ? 2 : 1;
            end -= width;
            reversed.Append(text, end, width);
        }
        return reversed.ToString();
    }

    /// <summary>Order by code points, which is not that of UTF-16 units: -1, 0 or 1.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        var (a, b) = (left[common], right[common]);
        return char.IsSurrogate(a) != char.IsSurrogate(b) ? char.IsSurrogate(a) ? 1 : -1 : Math.Sign(a - b);
    }

    /// <summary>What Python's isspace and strip take for white space.</summary>
    public static bool IsSpace(char unit) => unit is >= '\x1c' and <= '\x1f' || char.IsWhiteSpace(unit);

    public static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }

    public static string TrimStart(string text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
            start++;
        return text[start..];
    }

    /// <summary>The product, or an error where it is beyond what any limit allows.</summary>
    public static long Times(long left, long right)
    {
        var product = (BigInteger)left * right;
        return product <= long.MaxValue / 4 ? (long)product : throw Fault.Limit("The text or list would be far too long.");
    }

    /// <summary>A text several times.</summary>
    public static string Repeat(Rendering rendering, string text, long count)
    {
        if (count <= 0 || text.Length == 0)
            return "";
        rendering.Allocate(2 * Times(text.Length, count));
        return count == 1 ? text : new StringBuilder().Insert(0, text, (int)count).ToString();
    }
}
