using System.Globalization;
using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Backslashes in the texts of a template, as Python's unicode-escape codec reads them.</summary>
internal static class Escapes
{
    public static string Read(string text, Position position)
    {
        if (!text.Contains('\\'))
            return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '\\')
                result.Append(text[i++]);
            else
                i = ReadOne(text, i + 1, result, position);
        }
        return result.ToString();
    }

    // Reads what follows a backslash; returns the place behind it.
    private static int ReadOne(string text, int start, StringBuilder result, Position position)
    {
        var unit = text[start];
        switch (unit)
        {
            case '\n':
                return start + 1;
            case 'x':
                return ReadHex(text, start + 1, 2, result, position);
            case 'u':
                return ReadHex(text, start + 1, 4, result, position);
            case 'U':
                return ReadHex(text, start + 1, 8, result, position);
            case 'N':
                throw Fault.Syntax(@"\N{...} is not supported in texts. Write the character itself, or \u and its code.", position);
            case >= '0' and <= '7':
                return ReadOctal(text, start, result);
            default:
                return ReadLetter(text, start, result);
        }
    }

    private static int ReadLetter(string text, int start, StringBuilder result)
    {
        var unit = text[start];
        if (!char.IsAscii(unit))
            return ReadNonAscii(text, start, result);
        var found = @"\'""abfnrtv".IndexOf(unit);
        if (found < 0)
            result.Append('\\').Append(unit); // an unknown escape stays as it is
        else
            result.Append("\\'\"\a\b\f\n\r\t\v"[found]);
        return start + 1;
    }

    // jinja2 spells what is not ASCII as an escape first, whose own backslash the one before it then escapes.
    private static int ReadNonAscii(string text, int start, StringBuilder result)
    {
        var width = Chars.WidthAt(text, start);
        var point = width == 2 ? new Rune(text[start], text[start + 1]).Value : text[start];
        result.Append('\\').Append(point < 0x100 ? $"x{point:x2}" : point < 0x10000 ? $"u{point:x4}" : $"U{point:x8}");
        return start + width;
    }

    private static int ReadHex(string text, int start, int length, StringBuilder result, Position position)
    {
        if (start + length > text.Length
            || !uint.TryParse(text.AsSpan(start, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point)
            || point > 0x10FFFF)
            throw Fault.Syntax($"An escape in a text needs {length} hexadecimal digits of a character.", position);
        Append(result, (int)point);
        return start + length;
    }

    private static int ReadOctal(string text, int start, StringBuilder result)
    {
        var (end, point) = (start, 0);
        while (end < text.Length && end < start + 3 && text[end] is >= '0' and <= '7')
            point = point * 8 + text[end++] - '0';
        Append(result, point);
        return end;
    }

    private static void Append(StringBuilder result, int point)
    {
        if (point is >= 0xD800 and <= 0xDFFF)
            result.Append((char)point);
        else
            result.Append(char.ConvertFromUtf32(point));
    }
}
