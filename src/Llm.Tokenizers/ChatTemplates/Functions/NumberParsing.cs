using System.Globalization;
using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Texts as numbers, by the rules of Python's int() and float().</summary>
internal static class NumberParsing
{
    /// <summary>A whole number in a base from 2 to 36, or 0 for the base that a prefix tells; null where the text is none.</summary>
    /// <exception cref="Fault">There is no such base, or the number has too many digits.</exception>
    public static BigInteger? FindInteger(string text, int numberBase)
    {
        if (numberBase is < 0 or 1 or > 36)
            return null;
        var digits = Chars.TrimStart(Chars.TrimEnd(text));
        var isNegative = digits.StartsWith('-');
        if (digits is ['+' or '-', ..])
            digits = digits[1..];
        (digits, numberBase) = WithoutPrefix(digits, numberBase);
        if (numberBase == 0 || WithoutUnderscores(digits) is not { Length: > 0 } plain)
            return null;
        if (plain.Length > IntegerValue.MaxDigits)
            throw IntegerValue.TooLong();
        var number = BigInteger.Zero;
        foreach (var unit in plain)
        {
            var digit = DigitOf(unit);
            if (digit < 0 || digit >= numberBase)
                return null;
            number = number * numberBase + digit;
        }
        return isNegative ? -number : number;
    }

    /// <summary>A float; null where the text is none.</summary>
    public static double? FindFloat(string text)
    {
        var trimmed = Chars.TrimStart(Chars.TrimEnd(text));
        if (trimmed.Length > IntegerValue.MaxDigits)
            return null;
        var unsigned = trimmed is ['+' or '-', ..] ? trimmed[1..] : trimmed;
        var sign = trimmed.StartsWith('-') ? -1.0 : 1.0;
        if (unsigned.Equals("nan", StringComparison.OrdinalIgnoreCase))
            return double.NaN;
        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
            return sign * double.PositiveInfinity;
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (unsigned is not (['.' or (>= '0' and <= '9'), ..]) || WithoutUnderscores(unsigned) is not { } plain)
            return null;
        return double.TryParse(plain, Style, CultureInfo.InvariantCulture, out var number) ? sign * number : null;
    }

    private static (string Digits, int Base) WithoutPrefix(string digits, int numberBase)
    {
        var letter = digits is ['0', var second, ..] ? char.ToLowerInvariant(second) : '\0';
        var prefixBase = letter switch { 'b' => 2, 'o' => 8, 'x' => 16, _ => 0 };
        if (prefixBase > 0 && (numberBase == 0 || numberBase == prefixBase))
        {
            digits = digits[2..];
            return (digits.StartsWith('_') ? digits[1..] : digits, prefixBase);
        }
        if (numberBase > 0)
            return (digits, numberBase);
        var hasLeadingZero = digits is ['0', _, ..] && digits.AsSpan().IndexOfAnyExcept('0', '_') >= 0;
        return (digits, hasLeadingZero ? 0 : 10);
    }

    // Single underscores may stand between digits; null where they stand elsewhere.
    private static string? WithoutUnderscores(string digits)
    {
        for (var i = 0; i < digits.Length; i++)
        {
            if (digits[i] == '_' && (i == 0 || i == digits.Length - 1 || DigitOf(digits[i - 1]) < 0 || DigitOf(digits[i + 1]) < 0))
                return null;
        }
        return digits.Replace("_", "", StringComparison.Ordinal);
    }

    private static int DigitOf(char unit) => unit switch
    {
        >= 'a' and <= 'z' => unit - 'a' + 10,
        >= 'A' and <= 'Z' => unit - 'A' + 10,
        _ => CharUnicodeInfo.GetDecimalDigitValue(unit),
    };
}
