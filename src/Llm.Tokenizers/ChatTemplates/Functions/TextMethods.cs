using System.Collections.Frozen;
using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The methods of Python's str.</summary>
internal static class TextMethods
{
    private static readonly string[] Unsupported = ["encode", "maketrans", "translate"];

    private static readonly FrozenDictionary<string, Builtin> Methods = ((Builtin[])
    [
        new("capitalize", "", call => Cased(call, Casing.Capitalize)),
        new("casefold", "", call => Cased(call, Casing.Fold)),
        new("lower", "", call => Cased(call, Casing.Lower)),
        new("upper", "", call => Cased(call, Casing.Upper)),
        new("swapcase", "", call => Cased(call, Casing.Swap)),
        new("title", "", call => Cased(call, Casing.Title)),
        new("center", "width fill? /", call => Justify(call, missing => (missing / 2) + (missing & call.Integer(0, 0) & 1))),
        new("ljust", "width fill? /", call => Justify(call, _ => 0)),
        new("rjust", "width fill? /", call => Justify(call, missing => missing)),
        new("zfill", "width /", FillZeros),
        new("expandtabs", "tabsize?", ExpandTabs),
        new("strip", "chars? /", call => Strip(call, atStart: true, atEnd: true)),
        new("lstrip", "chars? /", call => Strip(call, atStart: true, atEnd: false)),
        new("rstrip", "chars? /", call => Strip(call, atStart: false, atEnd: true)),
        new("removeprefix", "prefix /", call => RemovePrefix(call)),
        new("removesuffix", "suffix /", call => RemoveSuffix(call)),
        new("replace", "old new / count?", Replace),
        new("split", "sep? maxsplit?", call => TextSplitting.Split(call)),
        new("rsplit", "sep? maxsplit?", call => TextSplitting.SplitFromEnd(call)),
        new("splitlines", "keepends?", call => TextSplitting.SplitLines(call)),
        new("partition", "sep /", call => TextSplitting.Partition(call)),
        new("rpartition", "sep /", call => TextSplitting.PartitionFromEnd(call)),
        new("join", "iterable /", Join),
        new("format", "*args **kwargs /", Format),
        new("format_map", "mapping /", FormatMap),
        .. TextQueries.All,
        .. Unsupported.Select(name => new Builtin(
            name, "*args **kwargs", _ => throw Fault.Operation($"The text method '{name}' is not supported."))),
    ]).ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    public static Value? Find(Text text, string name) => Methods.TryGetValue(name, out var method) ? new FunctionValue(method, text) : null;

    /// <summary>str.strip.</summary>
    public static string Strip(string text, string? characters, bool atStart, bool atEnd)
    {
        Func<int, bool> drops = characters is null
            ? point => point <= char.MaxValue && Chars.IsSpace((char)point)
            : Points(characters).Contains;
        var (start, end) = (0, text.Length);
        while (atStart && start < end && drops(PointAt(text, start)))
            start += Chars.WidthAt(text, start);
        while (atEnd && start < end)
        {
            var last = end - start > 1 && Chars.WidthAt(text, end - 2) == 2 ? end - 2 : end - 1;
            if (!drops(PointAt(text, last)))
                break;
            end = last;
        }
        return text[start..end];
    }

    /// <summary>str.replace with a count; a negative one replaces all.</summary>
    public static string Replace(Rendering rendering, string text, string old, string replacement, int count)
    {
        if (old.Length == 0)
            return Intersperse(rendering, text, replacement, count);
        var result = new TextBuilder(rendering);
        rendering.Scan(text.Length);
        var start = 0;
        for (; count != 0; count--)
        {
            var found = TextSearch.IndexOf(text, old, start);
            if (found < 0)
                break;
            rendering.Step();
            result.Append(text.AsSpan(start, found - start)).Append(replacement);
            start = found + old.Length;
        }
        return start == 0 ? text : result.Append(text.AsSpan(start)).ToString();
    }

    /// <summary>str.center, as the filter has it.</summary>
    public static string Center(Rendering rendering, string text, int width)
    {
        var missing = width - Chars.Count(text);
        if (missing <= 0)
            return text;
        var left = missing / 2 + (missing & width & 1);
        return Chars.Repeat(rendering, " ", left) + text + Chars.Repeat(rendering, " ", missing - left);
    }

    /// <summary>A text in another case.</summary>
    public static string Cased(Rendering rendering, string text, Func<string, string> map)
    {
        rendering.Allocate(8L * text.Length); // the map's own
        return map(text);
    }

    private static Value Cased(BuiltinCall call, Func<string, string> map) => call.Like(Cased(call.Rendering, call.Self.Content, map));

    private static Value Justify(BuiltinCall call, Func<int, int> leftOf)
    {
        var missing = call.Integer(0, 0) - call.Self.Count;
        var fill = call.Text(1, " ");
        if (Chars.Count(fill) != 1)
            throw Fault.Operation("The fill must be one character.");
        if (missing <= 0)
            return call.Self;
        if (call.Self.IsMarkup)
            fill = Arithmetic.Escape(call.Rendering, new Text(fill)).Content;
        var left = leftOf(missing);
        var (before, after) = (Chars.Repeat(call.Rendering, fill, left), Chars.Repeat(call.Rendering, fill, missing - left));
        return call.Like(before + call.Self.Content + after);
    }

    private static Value FillZeros(BuiltinCall call)
    {
        var text = call.Self.Content;
        var zeros = Chars.Repeat(call.Rendering, "0", call.Integer(0, 0) - call.Self.Count);
        return call.Like(text is ['+' or '-', ..] ? text[0] + zeros + text[1..] : zeros + text);
    }

    private static Value ExpandTabs(BuiltinCall call)
    {
        var size = call.Integer(0, 8);
        var result = new TextBuilder(call.Rendering);
        var column = 0;
        foreach (var unit in call.Self.Content)
        {
            if (unit == '\t')
            {
                var spaces = size > 0 ? size - column % size : 0;
                result.Repeat(" ", spaces);
                column += spaces;
                continue;
            }
            result.Append(unit);
            column = unit is '\n' or '\r' ? 0 : char.IsLowSurrogate(unit) ? column : column + 1;
        }
        return call.Like(result.ToString());
    }

    private static Value Strip(BuiltinCall call, bool atStart, bool atEnd)
    {
        call.Rendering.Scan(call.Self.Content.Length);
        return call.Like(Strip(call.Self.Content, call.OptionalText(0), atStart, atEnd));
    }

    private static Value RemovePrefix(BuiltinCall call)
    {
        var (text, prefix) = (call.Self.Content, call.Text(0));
        return call.Like(text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text);
    }

    private static Value RemoveSuffix(BuiltinCall call)
    {
        var (text, suffix) = (call.Self.Content, call.Text(0));
        return call.Like(text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text);
    }

    private static Value Replace(BuiltinCall call)
    {
        var replacement = call.Text(1);
        if (call.Self.IsMarkup)
            replacement = Arithmetic.Escape(call.Rendering, call[1]).Content;
        return call.Like(Replace(call.Rendering, call.Self.Content, call.Text(0), replacement, call.Integer(2, -1)));
    }

    private static Value Join(BuiltinCall call)
    {
        var result = new TextBuilder(call.Rendering);
        var isFirst = true;
        foreach (var item in call.Each(0))
        {
            if (!isFirst)
                result.Append(call.Self.Content);
            isFirst = false;
            if (call.Self.IsMarkup)
                result.Append(Arithmetic.Escape(call.Rendering, item).Content);
            else if (item is Text text)
                result.Append(text.Content);
            else
                throw Fault.Operation($"join needs texts, but got a value of type {item.TypeName}.");
        }
        return call.Like(result.ToString());
    }

    private static Value Format(BuiltinCall call)
    {
        var named = call.Named;
        var format = new BraceFormat(
            call.Rendering, call.Rest(0), name => named.FirstOrDefault(argument => argument.Key == name).Value, call.Self.IsMarkup);
        return call.Like(format.Format(call.Self.Content));
    }

    private static Value FormatMap(BuiltinCall call)
    {
        var mapping = call[0] as DictValue ?? throw Fault.Operation("format_map needs a dictionary.");
        return call.Like(new BraceFormat(call.Rendering, [], mapping.Find, call.Self.IsMarkup).Format(call.Self.Content));
    }

    // An empty text stands before each character and at the end.
    private static string Intersperse(Rendering rendering, string text, string replacement, int count)
    {
        var result = new TextBuilder(rendering);
        for (var i = 0; i <= text.Length; count--)
        {
            if (count == 0)
                return result.Append(text.AsSpan(i)).ToString();
            rendering.Step();
            result.Append(replacement);
            var width = i < text.Length ? Chars.WidthAt(text, i) : 0;
            result.Append(text.AsSpan(i, width));
            i += Math.Max(1, width);
        }
        return result.ToString();
    }

    private static HashSet<int> Points(string characters)
    {
        var points = new HashSet<int>();
        for (var i = 0; i < characters.Length; i += Chars.WidthAt(characters, i))
            points.Add(PointAt(characters, i));
        return points;
    }

    private static int PointAt(string text, int offset) =>
        Chars.WidthAt(text, offset) == 2 ? new Rune(text[offset], text[offset + 1]).Value : text[offset];
}
