using System.Globalization;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Numbers in a template: 10, 1_000, 0x1f, 0b1, 0o7, 1.5, 1e-3.</summary>
internal static class NumberLiteral
{
    /// <summary>Reads the number that starts with a digit at <paramref name="start"/>.</summary>
    /// <returns>The place behind it, and its value.</returns>
    public static (int End, Value Value) Read(string source, int start, bool allowsFloat)
    {
        var floatEnd = allowsFloat ? EndOfFloat(source, start) : -1;
        if (floatEnd >= 0)
        {
            var number = double.Parse(Plain(source, start, floatEnd), NumberStyles.Float, CultureInfo.InvariantCulture);
            return (floatEnd, new FloatValue(number));
        }
        var end = EndOfInteger(source, start);
        var parsed = NumberParsing.FindInteger(Plain(source, start, end), numberBase: 0);
        return (end, IntegerValue.Of(parsed ?? 0));
    }

    private static int EndOfFloat(string source, int start)
    {
        var whole = EndOfDigits(source, start);
        var fraction = whole + 1 < source.Length && source[whole] == '.' && char.IsAsciiDigit(source[whole + 1])
            ? EndOfDigits(source, whole + 1)
            : whole;
        var exponent = EndOfExponent(source, fraction);
        return exponent >= 0 ? exponent : fraction > whole ? fraction : -1;
    }

    private static int EndOfExponent(string source, int position)
    {
        if (position >= source.Length || source[position] is not ('e' or 'E'))
            return -1;
        position++;
        if (position < source.Length && source[position] is '+' or '-')
            position++;
        return position < source.Length && char.IsAsciiDigit(source[position]) ? EndOfDigits(source, position) : -1;
    }

    // Single underscores may stand between digits.
    private static int EndOfDigits(string source, int position)
    {
        while (position < source.Length && (char.IsAsciiDigit(source[position]) || IsJoint(source, position, char.IsAsciiDigit)))
            position++;
        return position;
    }

    private static int EndOfInteger(string source, int start)
    {
        Func<char, bool> isDigit = char.IsAsciiDigit;
        var position = start;
        if (source[start] == '0')
        {
            Func<char, bool>? ofPrefix = start + 1 >= source.Length ? null : source[start + 1] switch
            {
                'b' or 'B' => unit => unit is '0' or '1',
                'o' or 'O' => unit => unit is >= '0' and <= '7',
                'x' or 'X' => char.IsAsciiHexDigit,
                _ => null,
            };
            var hasPrefix = ofPrefix is not null && start + 2 < source.Length
                && (ofPrefix(source[start + 2]) || (source[start + 2] == '_' && start + 3 < source.Length && ofPrefix(source[start + 3])));
            isDigit = hasPrefix ? ofPrefix! : unit => unit == '0';
            position = hasPrefix ? start + 2 : start;
        }
        while (position < source.Length && (isDigit(source[position]) || IsJoint(source, position, isDigit)))
            position++;
        return position;
    }

    private static bool IsJoint(string source, int position, Func<char, bool> isDigit) =>
        source[position] == '_' && position + 1 < source.Length && isDigit(source[position + 1]);

    private static string Plain(string source, int start, int end) => source[start..end].Replace("_", "", StringComparison.Ordinal);
}
