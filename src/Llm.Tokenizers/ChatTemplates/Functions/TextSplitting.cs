namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The methods of Python's str that cut a text into parts.</summary>
internal static class TextSplitting
{
    private const int PartSize = 100; // bytes of a part beside its characters

    public static Value Split(BuiltinCall call)
    {
        var (text, separator, most) = Read(call);
        var parts = new List<Value>();
        if (separator is null)
            SplitAtSpaces(call, text, most, parts);
        else
            SplitAt(call, text, separator, most, parts);
        return new ListValue(parts);
    }

    public static Value SplitFromEnd(BuiltinCall call)
    {
        var (text, separator, most) = Read(call);
        var parts = new List<Value>();
        if (separator is null)
            SplitAtSpacesFromEnd(call, text, most, parts);
        else
            SplitAtFromEnd(call, text, separator, most, parts);
        parts.Reverse();
        return new ListValue(parts);
    }

    public static Value SplitLines(BuiltinCall call)
    {
        var lines = new List<Value>();
        foreach (var line in Lines(call.Self.Content, call.IsTrue(0)))
            Add(call, line, lines);
        return new ListValue(lines);
    }

    /// <summary>The lines of a text, as Python counts them.</summary>
    public static IEnumerable<string> Lines(string text, bool keepsEnds = false)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !IsLineEnd(text[end]))
                end++;
            var next = end == text.Length ? end : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            yield return text[start..(keepsEnds ? next : end)];
            start = next;
        }
    }

    public static Value Partition(BuiltinCall call)
    {
        var (text, separator) = (call.Self.Content, NotEmpty(call.Text(0)));
        call.Rendering.Scan(text.Length);
        var found = TextSearch.IndexOf(text, separator, 0);
        return found < 0 ? Parts(call, text, "", "") : Parts(call, text[..found], separator, text[(found + separator.Length)..]);
    }

    public static Value PartitionFromEnd(BuiltinCall call)
    {
        var (text, separator) = (call.Self.Content, NotEmpty(call.Text(0)));
        call.Rendering.Scan(text.Length);
        var found = TextSearch.LastIndexOf(text, separator, text.Length);
        return found < 0 ? Parts(call, "", "", text) : Parts(call, text[..found], separator, text[(found + separator.Length)..]);
    }

    private static (string Text, string? Separator, int Most) Read(BuiltinCall call)
    {
        var separator = call.OptionalText(0);
        call.Rendering.Scan(call.Self.Content.Length);
        return (call.Self.Content, separator is null ? null : NotEmpty(separator), call.Integer(1, -1));
    }

    private static void SplitAt(BuiltinCall call, string text, string separator, int most, List<Value> parts)
    {
        var start = 0;
        for (; most != 0; most--)
        {
            var found = TextSearch.IndexOf(text, separator, start);
            if (found < 0)
                break;
            Add(call, text[start..found], parts);
            start = found + separator.Length;
        }
        Add(call, text[start..], parts);
    }

    private static void SplitAtFromEnd(BuiltinCall call, string text, string separator, int most, List<Value> parts)
    {
        var end = text.Length;
        for (; most != 0; most--)
        {
            var found = TextSearch.LastIndexOf(text, separator, end);
            if (found < 0)
                break;
            Add(call, text[(found + separator.Length)..end], parts);
            end = found;
        }
        Add(call, text[..end], parts);
    }

    private static void SplitAtSpaces(BuiltinCall call, string text, int most, List<Value> parts)
    {
        for (var start = SkipSpaces(text, 0); start < text.Length; most--)
        {
            var end = start;
            while (end < text.Length && (most == 0 || !Chars.IsSpace(text[end])))
                end++;
            Add(call, text[start..end], parts);
            start = SkipSpaces(text, end);
        }
    }

    private static void SplitAtSpacesFromEnd(BuiltinCall call, string text, int most, List<Value> parts)
    {
        for (var end = SkipSpacesBack(text, text.Length); end > 0; most--)
        {
            var start = end;
            while (start > 0 && (most == 0 || !Chars.IsSpace(text[start - 1])))
                start--;
            Add(call, text[start..end], parts);
            end = SkipSpacesBack(text, start);
        }
    }

    private static int SkipSpaces(string text, int start)
    {
        while (start < text.Length && Chars.IsSpace(text[start]))
            start++;
        return start;
    }

    private static int SkipSpacesBack(string text, int end)
    {
        while (end > 0 && Chars.IsSpace(text[end - 1]))
            end--;
        return end;
    }

    private static TupleValue Parts(BuiltinCall call, string left, string middle, string right) =>
        new([call.Like(left), call.Like(middle), call.Like(right)]);

    private static void Add(BuiltinCall call, string part, List<Value> parts)
    {
        call.Rendering.Step();
        call.Rendering.Allocate(PartSize);
        parts.Add(call.Like(part));
    }

    private static string NotEmpty(string separator) =>
        separator.Length > 0 ? separator : throw Fault.Operation("The separator must not be empty.");

    private static bool IsLineEnd(char unit) =>
        unit is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029';
}
