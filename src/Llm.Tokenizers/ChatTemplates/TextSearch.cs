namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Finds a text in another in time that grows with their lengths alone, whatever they hold.</summary>
internal static class TextSearch
{
    private const int LongPart = 256; // shorter ones cannot cost much more than a pass over the text

    /// <summary>The first place at or behind <paramref name="start"/>, or -1.</summary>
    public static int IndexOf(string text, string part, int start)
    {
        if (start > text.Length)
            return -1;
        if (part.Length <= LongPart)
            return text.IndexOf(part, start, StringComparison.Ordinal);
        var found = Find(text.AsSpan(start), part);
        return found < 0 ? -1 : found + start;
    }

    /// <summary>The last place at which the part ends at or before <paramref name="end"/>, or -1.</summary>
    public static int LastIndexOf(string text, string part, int end)
    {
        if (part.Length > end)
            return -1;
        if (part.Length <= LongPart)
            return text.AsSpan(0, end).LastIndexOf(part);
        var (reversedText, reversedPart) = (text.AsSpan(0, end).ToArray(), part.ToCharArray());
        Array.Reverse(reversedText);
        Array.Reverse(reversedPart);
        var found = Find(reversedText, reversedPart);
        return found < 0 ? -1 : end - found - part.Length;
    }

    // Knuth, Morris and Pratt 1977.
    private static int Find(ReadOnlySpan<char> text, ReadOnlySpan<char> part)
    {
        if (part.Length > text.Length)
            return -1;
        var borders = new int[part.Length]; // of each prefix: the longest one that it also ends with
        for (int i = 1, length = 0; i < part.Length; i++)
        {
            while (length > 0 && part[i] != part[length])
                length = borders[length - 1];
            if (part[i] == part[length])
                length++;
            borders[i] = length;
        }
        for (int i = 0, length = 0; i < text.Length; i++)
        {
            while (length > 0 && text[i] != part[length])
                length = borders[length - 1];
            if (text[i] == part[length])
                length++;
            if (length == part.Length)
                return i - length + 1;
        }
        return -1;
    }
}
