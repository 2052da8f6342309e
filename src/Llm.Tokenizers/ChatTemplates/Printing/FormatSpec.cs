using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// Python's format specification: [[fill]align][sign][z][#][0][width][grouping][.precision][type], as str.format and the operator % use it.
/// </summary>
internal sealed record FormatSpec
{
    private const string Alignments = "<>=^";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public string Fill { get; init; } = " ";

    /// <summary>One of &lt; &gt; = ^; null leaves it to the type.</summary>
    public char? Alignment { get; init; }

    /// <summary>Before numbers that are not negative: '+', ' ' or '-' for nothing.</summary>
    public char Sign { get; init; } = '-';

    public bool IsAlternate { get; init; }

    public int Width { get; init; }

    /// <summary>Between groups of digits: ',' or '_'; null for nothing.</summary>
    public char? Grouping { get; init; }

    public int? Precision { get; init; }

    /// <summary>The letter of the type; null leaves it to the value.</summary>
    public char? Type { get; init; }

    private bool HidesNegativeZero { get; init; }

    public static FormatSpec Parse(string text)
    {
        var scan = new SpecScanner(text);
        var (fill, alignment) = (" ", default(char?));
        if (scan.PeekAfterCharacter() is { } second && Alignments.Contains(second))
            (fill, alignment) = (scan.TakeCharacter(), scan.Take());
        else if (scan.TakeAny(Alignments) is { } first)
            alignment = first;
        var sign = scan.TakeAny("+- ") ?? '-';
        var hidesNegativeZero = scan.TakeAny("z") is not null;
        var isAlternate = scan.TakeAny("#") is not null;
        if (scan.TakeAny("0") is not null && alignment is null)
            (fill, alignment) = ("0", '=');
        var width = scan.TakeNumber() ?? 0;
        var grouping = scan.TakeAny(",_");
        var precision = scan.TakeAny(".") is null
            ? default(int?)
            : scan.TakeNumber() ?? throw Fault.Operation($"The format '{text}' has a point without a precision.");
        var type = scan.Take();
        if (!scan.IsAtEnd)
            throw Fault.Operation($"'{text}' is not a format specification.");
        return new FormatSpec
        {
            Fill = fill,
            Alignment = alignment,
            Sign = sign,
            HidesNegativeZero = hidesNegativeZero,
            IsAlternate = isAlternate,
            Width = width,
            Grouping = grouping,
            Precision = precision,
            Type = type,
        };
    }

    /// <summary>Python's format(value, spec).</summary>
    public static string Format(Rendering rendering, Value value, string spec)
    {
        if (spec.Length == 0)
            return value.ToString(rendering);
        return value switch
        {
            Text { IsMarkup: true } => throw Fault.Operation("A text that is HTML takes no format specification."),
            Text text => Parse(spec).OnText(rendering, text.Content),
            BooleanValue or IntegerValue => Parse(spec).OnInteger(rendering, Conversions.FindInteger(value)!.Value),
            FloatValue number => Parse(spec).OnFloat(rendering, number.Content),
            _ => throw Fault.Operation($"A value of type {value.TypeName} takes no format specification."),
        };
    }

    public string OnText(Rendering rendering, string text)
    {
        if (Type is not (null or 's') || Alignment == '=' && Fill != "0" || Grouping is not null || Sign != '-')
            throw Fault.Operation("The format specification does not work on a text.");
        var count = Chars.Count(text);
        if (Precision < count)
            text = text[..Chars.OffsetOf(text, Precision.Value, count)];
        return Pad(rendering, "", text, Alignment is null or '=' ? '<' : Alignment.Value);
    }

    public string OnInteger(Rendering rendering, BigInteger value)
    {
        if (Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
            return OnFloat(rendering, Conversions.ToDouble(value));
        if (Precision is not null)
            throw Fault.Operation("A precision does not work on a whole number.");
        if (Type == 'c')
            return Pad(rendering, "", CharacterOf(value), Alignment ?? '<');
        var (digits, prefix) = DigitsOf(BigInteger.Abs(value), Type, IsAlternate);
        var sign = SignOf(value.Sign < 0) + prefix;
        return Pad(rendering, sign, Group(rendering, sign, digits, Type is 'b' or 'o' or 'x' or 'X' ? 4 : 3), Alignment ?? '>');
    }

    public string OnFloat(Rendering rendering, double value)
    {
        if (Precision > FloatText.MaxPrecision)
            throw Fault.Limit($"A precision may be {FloatText.MaxPrecision} at most.");
        var digits = double.IsFinite(value) ? DigitsOf(Math.Abs(value)) : NonFinite(value);
        var isNegative = double.IsNegative(value) && !double.IsNaN(value);
        if (isNegative && HidesNegativeZero && digits.AsSpan().IndexOfAnyInRange('1', '9') < 0)
            isNegative = false;
        var sign = SignOf(isNegative);
        return Pad(rendering, sign, double.IsFinite(value) ? Group(rendering, sign, digits, 3) : digits, Alignment ?? '>');
    }

    /// <summary>The digits of a whole number in the base of a type letter, with its prefix.</summary>
    public static (string Digits, string Prefix) DigitsOf(BigInteger value, char? type, bool isAlternate) => type switch
    {
        null or 'd' or 'n' => (value.ToString(CultureInfo.InvariantCulture), ""),
        'b' => (InBase(value, 1), isAlternate ? "0b" : ""),
        'o' => (InBase(value, 3), isAlternate ? "0o" : ""),
        'x' => (InBase(value, 4), isAlternate ? "0x" : ""),
        'X' => (InBase(value, 4).ToUpperInvariant(), isAlternate ? "0X" : ""),
        _ => throw Fault.Operation($"The format '{type}' does not work on a whole number."),
    };

    public static string CharacterOf(BigInteger point)
    {
        if (point < 0 || point > 0x10FFFF)
            throw Fault.Operation($"{point} is not a code point.");
        return point >= 0xD800 && point <= 0xDFFF ? ((char)(int)point).ToString() : char.ConvertFromUtf32((int)point);
    }

    private string DigitsOf(double value)
    {
        switch (Type)
        {
            case 'e' or 'E':
                return FloatText.Exponential(value, Precision ?? 6, Type.Value);
            case 'f' or 'F':
                return FloatText.Fixed(value, Precision ?? 6) + (IsAlternate && Precision == 0 ? "." : "");
            case '%':
                return FloatText.Fixed(value * 100, Precision ?? 6) + "%";
            case 'g' or 'G' or 'n':
                return FloatText.General(value, Precision ?? 6, IsAlternate, Type == 'G' ? 'E' : 'e');
            case null when Precision is null:
                return FloatText.Shortest(value);
            case null:
                var digits = FloatText.General(value, Precision.Value, keepsZeros: false, 'e');
                if (digits.Contains('e') || digits.Contains('.'))
                    return digits;
                return digits.Length < Precision ? digits + ".0" : FloatText.Exponential(value, Math.Max(0, digits.Length - 1), 'e');
            default:
                throw Fault.Operation($"The format '{Type}' does not work on a float.");
        }
    }

    private string NonFinite(double value)
    {
        var text = FloatText.NonFinite(Math.Abs(value)) + (Type == '%' ? "%" : "");
        return Type is 'E' or 'F' or 'G' ? text.ToUpperInvariant() : text;
    }

    private string SignOf(bool isNegative) => isNegative ? "-" : Sign == '-' ? "" : Sign.ToString();

    // Zeros that fill the width between sign and digits are grouped with them.
    private string Group(Rendering rendering, string sign, string number, int size)
    {
        if (Grouping is not { } separator)
            return number;
        var found = size == 3 ? number.AsSpan().IndexOfAnyExceptInRange('0', '9') : number.AsSpan().IndexOfAnyExcept(HexDigits);
        var end = found < 0 ? number.Length : found;
        var rest = number[end..];
        var count = end;
        while (Fill == "0" && Alignment == '=' && sign.Length + count + (count - 1) / size + rest.Length < Width)
            count++;
        var digits = Chars.Repeat(rendering, "0", count - end) + number[..end];
        var grouped = new TextBuilder(rendering);
        for (var i = 0; i < count; i++)
        {
            if (i > 0 && (count - i) % size == 0)
                grouped.Append(separator);
            grouped.Append(digits[i]);
        }
        return grouped.Append(rest).ToString();
    }

    private string Pad(Rendering rendering, string sign, string text, char alignment)
    {
        var missing = Width - sign.Length - Chars.Count(text);
        if (missing <= 0)
            return sign + text;
        var left = alignment switch { '<' => 0, '^' => missing / 2, _ => missing };
        var (before, after) = (Chars.Repeat(rendering, Fill, left), Chars.Repeat(rendering, Fill, missing - left));
        return alignment == '=' ? sign + before + text : before + sign + text + after;
    }

    private static string InBase(BigInteger value, int bits)
    {
        if (value.IsZero)
            return "0";
        var digits = new char[((int)value.GetBitLength() + bits - 1) / bits];
        for (var i = digits.Length - 1; i >= 0; i--, value >>= bits)
            digits[i] = "0123456789abcdef"[(int)(value & ((1 << bits) - 1))];
        return new string(digits);
    }
}
