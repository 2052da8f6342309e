using System.Globalization;
using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Floats as Python writes them. All digits are exact, and ties go to the even digit.</summary>
internal static class FloatText
{
    /// <summary>Most digits behind the point that can be asked for; a float has 1,074 at most.</summary>
    public const int MaxPrecision = 2000;

    private const int MantissaBits = 52;

    /// <summary>Python's repr: the shortest digits that give the same float back.</summary>
    public static string Shortest(double value)
    {
        if (!double.IsFinite(value))
            return NonFinite(value);
        var (digits, exponent) = ShortestDigits(Math.Abs(value));
        var sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
            return sign + Scientific(digits, exponent, 'e');
        return sign + Plain(digits, exponent) + (exponent >= digits.Length - 1 ? ".0" : "");
    }

    /// <summary>Python's format 'f'. The value is finite and not negative, as in the other formats.</summary>
    public static string Fixed(double value, int precision)
    {
        var digits = RoundedAt(value, precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return precision == 0 ? digits : $"{digits[..^precision]}.{digits[^precision..]}";
    }

    /// <summary>Python's format 'e' (or 'E', as <paramref name="letter"/> says).</summary>
    public static string Exponential(double value, int precision, char letter)
    {
        var (digits, exponent) = SignificantDigits(value, precision + 1);
        return Scientific(digits, exponent, letter);
    }

    /// <summary>Python's format 'g': as many significant digits, in the shorter of the two forms.</summary>
    /// <param name="value">The number.</param>
    /// <param name="precision">How many digits; 0 counts as 1.</param>
    /// <param name="keepsZeros">Whether zeros at the end stay (the flag #).</param>
    /// <param name="letter">The sign of the exponent.</param>
    public static string General(double value, int precision, bool keepsZeros, char letter)
    {
        precision = Math.Max(1, precision);
        var (digits, exponent) = SignificantDigits(value, precision);
        if (!keepsZeros)
            digits = digits.TrimEnd('0') is { Length: > 0 } kept ? kept : "0";
        return exponent < -4 || exponent >= precision ? Scientific(digits, exponent, letter) : Plain(digits, exponent);
    }

    /// <summary>Rounds to a number of decimal places, which may be negative.</summary>
    public static double Round(double value, int places)
    {
        if (!double.IsFinite(value) || places > 400)
            return value;
        if (places < -400)
            return Math.CopySign(0, value);
        var rounded = RoundedAt(Math.Abs(value), places);
        var parsed = double.Parse($"{rounded}E{-places}", NumberStyles.Float, CultureInfo.InvariantCulture);
        return Math.CopySign(parsed, value);
    }

    /// <summary>The float nearest to mantissa · 2^exponent, ties to even.</summary>
    public static double Scale(BigInteger mantissa, int exponent)
    {
        const int LeastExponent = -1074;
        var bits = (int)mantissa.GetBitLength();
        var dropped = Math.Max(bits - (MantissaBits + 1), LeastExponent - exponent);
        if (dropped <= 0)
            return Math.ScaleB((double)(ulong)mantissa, exponent);
        var rounded = ShiftRounded(mantissa, dropped);
        return exponent + dropped > 2000 ? double.PositiveInfinity : Math.ScaleB((double)(ulong)rounded, exponent + dropped);
    }

    public static string NonFinite(double value) => double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";

    // value · 10^places, as a whole number.
    private static BigInteger RoundedAt(double value, int places)
    {
        var (mantissa, exponent) = Split(value);
        var (numerator, denominator) = (mantissa, BigInteger.One);
        if (places >= 0)
            numerator *= BigInteger.Pow(10, places);
        else
            denominator = BigInteger.Pow(10, -places);
        if (exponent >= 0)
            numerator <<= exponent;
        else
            denominator <<= -exponent;
        return DivideRounded(numerator, denominator);
    }

    private static (string Digits, int Exponent) SignificantDigits(double value, int count)
    {
        if (value == 0)
            return (new string('0', count), 0);
        var exponent = (int)Math.Floor(Math.Log10(value)); // may be one off
        while (true)
        {
            var digits = RoundedAt(value, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
            if (digits.Length == count)
                return (digits, exponent);
            if (digits.Length == count + 1 && digits.AsSpan(1).IndexOfAnyExcept('0') < 0)
                return (digits[..count], exponent + 1); // 9.99 became 10.0
            exponent += digits.Length > count ? 1 : -1;
        }
    }

    // .NET's shortest digits are the right ones, but it writes them in its own form: 1E-05, 0.0001, 1.5E+16.
    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var end = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = end < 0 ? 0 : int.Parse(text.AsSpan(end + 1), CultureInfo.InvariantCulture);
        var mantissa = end < 0 ? text : text[..end];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        if (significant.Length == 0)
            return ("0", 0);
        exponent += (point < 0 ? mantissa.Length : point) - 1 - (digits.Length - significant.Length);
        return (significant.TrimEnd('0'), exponent);
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
            return $"0.{new string('0', -exponent - 1)}{digits}";
        var whole = digits.PadRight(exponent + 1, '0');
        return whole.Length == exponent + 1 ? whole : $"{whole[..(exponent + 1)]}.{whole[(exponent + 1)..]}";
    }

    private static string Scientific(string digits, int exponent, char letter)
    {
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return $"{digits[0]}{fraction}{letter}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static (BigInteger Mantissa, int Exponent) Split(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> MantissaBits) & 0x7FF;
        var mantissa = bits & ((1L << MantissaBits) - 1);
        return exponent == 0 ? (mantissa, -1074) : (mantissa | 1L << MantissaBits, exponent - 1075);
    }

    private static BigInteger DivideRounded(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var order = (remainder * 2).CompareTo(denominator);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static BigInteger ShiftRounded(BigInteger value, int bits) => DivideRounded(value, BigInteger.One << bits);
}
