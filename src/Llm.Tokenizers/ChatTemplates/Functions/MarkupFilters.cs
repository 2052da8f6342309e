using System.Buffers;
using System.Net;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Filters around HTML.</summary>
internal static class MarkupFilters
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" \t\n\r\f\v/>=");

    public static Builtin[] All { get; } =
    [
        new("e", "s /", call => Arithmetic.Escape(call.Rendering, call[0])),
        new("escape", "s /", call => Arithmetic.Escape(call.Rendering, call[0])),
        new("forceescape", "value", call => Arithmetic.Escape(call.Rendering, call[0].ToText(call.Rendering))),
        new("safe", "value", call => new Text(call.AsText(0), isMarkup: true)),
        new("striptags", "value", call => new Text(StripTags(call.Rendering, call.AsText(0)))),
        new("xmlattr", "d autospace?", ToAttributes),
    ];

    // Comments first: one may hold a tag.
    private static string StripTags(Rendering rendering, string text)
    {
        text = Remove(rendering, Remove(rendering, text, "<!--", "-->"), "<", ">");
        var words = new List<string>();
        for (int start = 0, end = 0; start < text.Length; start = end)
        {
            while (end < text.Length && Chars.IsSpace(text[end]))
                end++;
            start = end;
            while (end < text.Length && !Chars.IsSpace(text[end]))
                end++;
            rendering.Step();
            if (end > start)
                words.Add(text[start..end]);
        }
        rendering.Allocate(4L * text.Length);
        return WebUtility.HtmlDecode(string.Join(' ', words));
    }

    private static string Remove(Rendering rendering, string text, string open, string close)
    {
        var result = new TextBuilder(rendering);
        rendering.Scan(text.Length);
        var written = 0;
        int start;
        while ((start = text.IndexOf(open, written, StringComparison.Ordinal)) >= 0)
        {
            var end = text.IndexOf(close, start, StringComparison.Ordinal);
            if (end < 0)
                break;
            result.Append(text.AsSpan(written, start - written));
            written = end + close.Length;
        }
        return result.Append(text.AsSpan(written)).ToString();
    }

    private static Text ToAttributes(BuiltinCall call)
    {
        var dict = call[0] as DictValue ?? throw Fault.WrongValue(call[0], "xmlattr needs a dictionary.");
        var result = new TextBuilder(call.Rendering);
        foreach (var (key, value) in dict.Entries)
        {
            if (value is NoneValue or Undefined)
                continue;
            if (key is not Text { Content: var name } || name.AsSpan().ContainsAny(NotInNames))
                throw Fault.Operation("The name of an attribute must be a text without white space and / > =.");
            if (result.Length > 0 || (call.Find(1)?.IsTrue ?? true))
                result.Append(' ');
            result.Append(Arithmetic.Escape(call.Rendering, key).Content).Append("=\"");
            result.Append(Arithmetic.Escape(call.Rendering, value).Content).Append('"');
        }
        return result.ToText();
    }
}
