using System.Globalization;
using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Texts in quotes, as Python's repr and JSON write them.</summary>
internal static class Quoting
{
    /// <summary>Python's repr of a text.</summary>
    public static void Append(TextBuilder target, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        target.Append(quote);
        for (var i = 0; i < text.Length;)
        {
            var width = Chars.WidthAt(text, i);
            AppendCharacter(target, text, i, width, quote);
            i += width;
        }
        target.Append(quote);
    }

    /// <summary>What Python's ascii makes of a printed value: escapes for all that is not ASCII.</summary>
    public static void AppendAscii(TextBuilder target, string printed)
    {
        for (var i = 0; i < printed.Length;)
        {
            var width = Chars.WidthAt(printed, i);
            if (char.IsAscii(printed[i]))
                target.Append(printed[i]);
            else
                target.Append(EscapeAt(printed, i, width));
            i += width;
        }
    }

    /// <summary>A JSON text as Python's json module writes it.</summary>
    public static void AppendJson(TextBuilder target, string text, bool asciiOnly)
    {
        target.Append('"');
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (JsonEscape(text[i], asciiOnly) is not { } escape)
                continue;
            target.Append(text.AsSpan(written, i - written)).Append(escape);
            written = i + 1;
        }
        target.Append(text.AsSpan(written)).Append('"');
    }

    /// <summary>What Python's isprintable says about a character.</summary>
    public static bool IsPrintable(string text, int offset) =>
        text[offset] == ' ' || CharUnicodeInfo.GetUnicodeCategory(text, offset) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator);

    private static void AppendCharacter(TextBuilder target, string text, int offset, int width, char quote)
    {
        var unit = text[offset];
        if (unit == quote || unit == '\\')
            target.Append('\\').Append(unit);
        else if (unit is '\n' or '\r' or '\t')
            target.Append('\\').Append(unit switch { '\n' => 'n', '\r' => 'r', _ => 't' });
        else if (unit < 0x7f ? unit >= ' ' : IsPrintable(text, offset))
            target.Append(text.AsSpan(offset, width));
        else
            target.Append(EscapeAt(text, offset, width));
    }

    private static string EscapeAt(string text, int offset, int width) =>
        (width == 2 ? new Rune(text[offset], text[offset + 1]).Value : text[offset]) switch
        {
            < 0x100 and var point => $"\\x{point:x2}",
            < 0x10000 and var point => $"\\u{point:x4}",
            var point => $"\\U{point:x8}",
        };

    private static string? JsonEscape(char unit, bool asciiOnly) => unit switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => $"\\u{(int)unit:x4}",
        > '~' when asciiOnly => $"\\u{(int)unit:x4}",
        _ => null,
    };
}
