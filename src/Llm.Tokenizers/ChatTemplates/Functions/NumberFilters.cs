using System.Globalization;
using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Filters that make or change numbers.</summary>
internal static class NumberFilters
{
    private static readonly string[] DecimalUnits = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    private static readonly string[] BinaryUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

    public static Builtin[] All { get; } =
    [
        new("abs", "x /", Absolute),
        new("int", "value default? base?", ToInteger),
        new("float", "value default?", ToFloat),
        new("round", "value precision? method?", Round),
        new("filesizeformat", "value binary?", FormatSize),
    ];

    private static Value Absolute(BuiltinCall call) => call[0] switch
    {
        FloatValue number => new FloatValue(Math.Abs(number.Content)),
        var value => Conversions.FindInteger(value) is { } integer
            ? IntegerValue.Of(BigInteger.Abs(integer))
            : throw Fault.Operation($"A value of type {value.TypeName} has no absolute value."),
    };

    private static Value ToInteger(BuiltinCall call)
    {
        var fallback = call.Find(1) ?? IntegerValue.Of(0);
        switch (call[0])
        {
            case Undefined undefined:
                throw undefined.ToFault();
            case FloatValue { Content: var number }:
                return double.IsNaN(number) ? fallback : Truncate(number) ?? throw Fault.Operation("Infinity is no whole number.");
            case Text text:
                call.Rendering.Scan(text.Content.Length);
                if (NumberParsing.FindInteger(text.Content, call.Integer(2, 10)) is { } parsed)
                    return IntegerValue.Of(parsed);
                return NumberParsing.FindFloat(text.Content) is { } value ? Truncate(value) ?? fallback : fallback;
            default:
                return Conversions.FindInteger(call[0]) is { } integer ? IntegerValue.Of(integer) : fallback;
        }
    }

    private static IntegerValue? Truncate(double number) =>
        double.IsFinite(number) ? IntegerValue.Of(new BigInteger(Math.Truncate(number))) : null;

    private static Value ToFloat(BuiltinCall call) => call[0] switch
    {
        Undefined undefined => throw undefined.ToFault(),
        Text text => NumberParsing.FindFloat(text.Content) is { } parsed ? new FloatValue(parsed) : call.Find(1) ?? new FloatValue(0),
        var value => Conversions.FindNumber(value) is { } number ? new FloatValue(number) : call.Find(1) ?? new FloatValue(0),
    };

    private static Value Round(BuiltinCall call)
    {
        var places = call.Integer(1, 0);
        var method = call.Text(2, "common");
        if (method is not ("common" or "ceil" or "floor"))
            throw Fault.Template($"'{method}' is not a way to round. Known: common, ceil, floor.");
        if (method == "common")
            return RoundCommon(call[0], places);
        if (Math.Abs((long)places) > FloatText.MaxPrecision)
            throw Fault.Limit($"A precision may be {FloatText.MaxPrecision} at most.");
        var ten = Arithmetic.Apply(call.Rendering, ArithmeticOperator.Power, IntegerValue.Of(10), IntegerValue.Of(places));
        var scaled = Arithmetic.Apply(call.Rendering, ArithmeticOperator.Multiply, call[0], ten);
        var whole = scaled is FloatValue { Content: var number }
            ? Truncate(method == "ceil" ? Math.Ceiling(number) : Math.Floor(number))
                ?? throw Fault.Operation("Infinity and NaN are no whole numbers.")
            : scaled;
        return Arithmetic.Apply(call.Rendering, ArithmeticOperator.Divide, whole, ten);
    }

    private static Value RoundCommon(Value value, int places)
    {
        if (value is FloatValue number)
            return new FloatValue(FloatText.Round(number.Content, places));
        var integer = Conversions.FindInteger(value) ?? throw Fault.Operation($"A value of type {value.TypeName} cannot be rounded.");
        if (places >= 0)
            return IntegerValue.Of(integer);
        if (places < -IntegerValue.MaxDigits)
            return IntegerValue.Of(0);
        var unit = BigInteger.Pow(10, -places);
        var quotient = BigInteger.DivRem(BigInteger.Abs(integer), unit, out var remainder);
        var order = (remainder * 2).CompareTo(unit);
        if (order > 0 || (order == 0 && !quotient.IsEven))
            quotient++;
        return IntegerValue.Of(integer.Sign * quotient * unit);
    }

    private static Text FormatSize(BuiltinCall call)
    {
        var given = call[0] is Text text ? NumberParsing.FindFloat(text.Content) : Conversions.FindNumber(call[0]);
        var bytes = given ?? throw Fault.WrongValue(call[0], "filesizeformat needs a number.");
        var (unit, names) = call.IsTrue(1) ? (1024.0, BinaryUnits) : (1000.0, DecimalUnits);
        if (bytes == 1)
            return new Text("1 Byte");
        if (bytes < unit)
        {
            var whole = Truncate(bytes) ?? throw Fault.Operation("Infinity is no size.");
            return new Text($"{whole.Content.ToString(CultureInfo.InvariantCulture)} Bytes");
        }
        var last = 0;
        while (last < names.Length - 1 && bytes >= Math.Pow(unit, last + 2))
            last++;
        var shown = unit * bytes / Math.Pow(unit, last + 2);
        return new Text($"{(double.IsFinite(shown) ? FloatText.Fixed(shown, 1) : FloatText.NonFinite(shown))} {names[last]}");
    }
}
