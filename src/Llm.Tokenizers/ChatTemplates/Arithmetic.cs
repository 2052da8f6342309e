using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The operators + - * / // % ** as Python has them, on numbers, texts and lists.</summary>
internal static class Arithmetic
{
    public static Value Apply(Rendering rendering, ArithmeticOperator operation, Value left, Value right)
    {
        if (operation == ArithmeticOperator.Modulo && left is Text format)
            return PercentFormat.Apply(rendering, format, right);
        if (left is Undefined || right is Undefined)
            throw ((left as Undefined) ?? (Undefined)right).ToFault();
        if (FindSequenceResult(rendering, operation, left, right) is { } result)
            return result;
        if (Conversions.FindInteger(left) is { } a && Conversions.FindInteger(right) is { } b)
            return OnIntegers(operation, a, b);
        if (Conversions.FindNumber(left) is { } x && Conversions.FindNumber(right) is { } y)
            return new FloatValue(OnFloats(operation, x, y));
        throw Fault.Operation(
            $"The operator {Symbol(operation)} does not work on values of the types {left.TypeName} and {right.TypeName}.");
    }

    public static Value Negate(Value value) => value switch
    {
        Undefined undefined => throw undefined.ToFault(),
        FloatValue number => new FloatValue(-number.Content),
        _ => Conversions.FindInteger(value) is { } integer ? IntegerValue.Of(-integer) : throw NoSign(value),
    };

    public static Value Plus(Value value) => value switch
    {
        Undefined undefined => throw undefined.ToFault(),
        FloatValue => value,
        _ => Conversions.FindInteger(value) is { } integer ? IntegerValue.Of(integer) : throw NoSign(value),
    };

    /// <summary>A text with HTML's special characters escaped, unless it is HTML already.</summary>
    public static Text Escape(Rendering rendering, Value value)
    {
        if (value is Text { IsMarkup: true } markup)
            return markup;
        var text = new TextBuilder(rendering);
        foreach (var unit in value.ToString(rendering))
        {
            if (Entity(unit) is { } entity)
                text.Append(entity);
            else
                text.Append(unit);
        }
        return new Text(text.ToString(), isMarkup: true);
    }

    private static string? Entity(char unit) => unit switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\'' => "&#39;",
        '"' => "&#34;",
        _ => null,
    };

    private static Value? FindSequenceResult(Rendering rendering, ArithmeticOperator operation, Value left, Value right)
    {
        switch (operation, left, right)
        {
            case (ArithmeticOperator.Add, Text a, Text b):
                return Concatenate(rendering, a, b);
            case (ArithmeticOperator.Add, ListValue a, ListValue b):
                return Concatenate(rendering, a, b);
            case (ArithmeticOperator.Add, TupleValue a, TupleValue b):
                return Concatenate(rendering, a, b);
            case (ArithmeticOperator.Multiply, Text or SequenceValue, _):
                return Conversions.FindInteger(right) is { } count ? Repeat(rendering, left, count) : null;
            case (ArithmeticOperator.Multiply, _, Text or SequenceValue):
                return Conversions.FindInteger(left) is { } times ? Repeat(rendering, right, times) : null;
            default:
                return null;
        }
    }

    private static Text Concatenate(Rendering rendering, Text left, Text right)
    {
        if (left.IsMarkup || right.IsMarkup)
            (left, right) = (Escape(rendering, left), Escape(rendering, right));
        rendering.Allocate(2L * (left.Content.Length + right.Content.Length));
        return left.With(left.Content + right.Content);
    }

    private static Value Concatenate(Rendering rendering, SequenceValue left, SequenceValue right)
    {
        rendering.Allocate((long)SequenceValue.ItemSize * (left.Items.Count + right.Items.Count));
        Value[] items = [.. left.Items, .. right.Items];
        return left is ListValue ? new ListValue(items) : new TupleValue(items);
    }

    private static Value Repeat(Rendering rendering, Value value, BigInteger count)
    {
        if (BigInteger.Abs(count) > long.MaxValue)
            throw Fault.Limit("The text or list would be far too long.");
        var times = (long)BigInteger.Clamp(count, 0, long.MaxValue / 4);
        if (value is Text text)
            return text.With(Chars.Repeat(rendering, text.Content, times));
        var sequence = (SequenceValue)value;
        rendering.Allocate(Chars.Times(Chars.Times(SequenceValue.ItemSize, Math.Max(1, sequence.Items.Count)), times));
        var items = new List<Value>();
        for (var i = 0L; i < times && sequence.Items.Count > 0; i++)
            items.AddRange(sequence.Items);
        return sequence.With(items);
    }

    private static Value OnIntegers(ArithmeticOperator operation, BigInteger a, BigInteger b) => operation switch
    {
        ArithmeticOperator.Add => IntegerValue.Of(a + b),
        ArithmeticOperator.Subtract => IntegerValue.Of(a - b),
        ArithmeticOperator.Multiply => IntegerValue.Of(a * b),
        ArithmeticOperator.Divide => new FloatValue(ExactQuotient(a, NotZero(b))),
        ArithmeticOperator.FloorDivide => IntegerValue.Of(FloorQuotient(a, NotZero(b))),
        ArithmeticOperator.Modulo => IntegerValue.Of(a - NotZero(b) * FloorQuotient(a, b)),
        _ => b.Sign < 0 ? new FloatValue(PowerOf(Conversions.ToDouble(a), Conversions.ToDouble(b))) : PowerOf(a, b),
    };

    private static double OnFloats(ArithmeticOperator operation, double a, double b) => operation switch
    {
        ArithmeticOperator.Add => a + b,
        ArithmeticOperator.Subtract => a - b,
        ArithmeticOperator.Multiply => a * b,
        ArithmeticOperator.Divide => a / NotZero(b),
        ArithmeticOperator.FloorDivide => FloorQuotient(a, NotZero(b)),
        ArithmeticOperator.Modulo => Remainder(a, NotZero(b)),
        _ => PowerOf(a, b),
    };

    private static BigInteger FloorQuotient(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        return !remainder.IsZero && remainder.Sign != b.Sign ? quotient - 1 : quotient;
    }

    // The remainder has the divisor's sign.
    private static double Remainder(double a, double b)
    {
        var remainder = a % b;
        if (remainder == 0)
            return Math.CopySign(0, b);
        return remainder < 0 != b < 0 ? remainder + b : remainder;
    }

    private static double FloorQuotient(double a, double b)
    {
        var remainder = a % b;
        var quotient = (a - remainder) / b;
        if (remainder != 0 && remainder < 0 != b < 0)
            quotient--;
        if (quotient == 0)
            return Math.CopySign(0, a / b);
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    /// <summary>The float nearest to a / b, ties to even, also where a or b is beyond the floats that hold whole numbers.</summary>
    public static double ExactQuotient(BigInteger a, BigInteger b)
    {
        const int Precise = 53; // bits of a float
        if (a.GetBitLength() <= Precise && b.GetBitLength() <= Precise)
            return (double)a / (double)b;
        var shift = Math.Max(0, (int)(b.GetBitLength() - a.GetBitLength()) + Precise + 3);
        var quotient = BigInteger.DivRem(BigInteger.Abs(a) << shift, BigInteger.Abs(b), out var remainder);
        if (!remainder.IsZero)
            quotient |= 1; // below the bits that count: it only breaks ties
        var result = FloatText.Scale(quotient, -shift);
        if (double.IsInfinity(result))
            throw Fault.Operation("The quotient is too large for a float.");
        return a.Sign * b.Sign < 0 ? -result : result;
    }

    private static IntegerValue PowerOf(BigInteger a, BigInteger b)
    {
        if (a.IsZero || a.IsOne || b.IsZero)
            return IntegerValue.Of(b.IsZero ? 1 : a);
        if (a == BigInteger.MinusOne)
            return IntegerValue.Of(b.IsEven ? 1 : -1);
        if ((a.GetBitLength() - 1) * b > 4 * IntegerValue.MaxDigits)
            throw IntegerValue.TooLong();
        return IntegerValue.Of(BigInteger.Pow(a, (int)b));
    }

    private static double PowerOf(double a, double b)
    {
        if (a == 0 && b < 0)
            throw Fault.Operation("0 has no negative power.");
        if (a < 0 && double.IsFinite(a) && double.IsFinite(b) && b != Math.Floor(b))
            throw Fault.Operation("A negative number has no fractional power: complex numbers are not supported.");
        var power = Math.Pow(a, b);
        return double.IsInfinity(power) && double.IsFinite(a) && double.IsFinite(b)
            ? throw Fault.Operation("The power is too large for a float.")
            : power;
    }

    private static BigInteger NotZero(BigInteger divisor) => divisor.IsZero ? throw Fault.Operation("Division by zero.") : divisor;

    private static double NotZero(double divisor) => divisor == 0 ? throw Fault.Operation("Division by zero.") : divisor;

    private static Fault NoSign(Value value) => Fault.Operation($"A value of type {value.TypeName} has no sign.");

    private static string Symbol(ArithmeticOperator operation) => operation switch
    {
        ArithmeticOperator.Add => "+",
        ArithmeticOperator.Subtract => "-",
        ArithmeticOperator.Multiply => "*",
        ArithmeticOperator.Divide => "/",
        ArithmeticOperator.FloorDivide => "//",
        ArithmeticOperator.Modulo => "%",
        _ => "**",
    };
}
