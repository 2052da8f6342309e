using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Equality, order and membership as Python has them.</summary>
internal static class Comparison
{
    /// <summary>Identity first, as in lists and dictionaries, where NaN equals itself.</summary>
    public static bool AreSame(Rendering rendering, Value left, Value right) =>
        ReferenceEquals(left, right) || AreEqual(rendering, left, right);

    public static bool AreEqual(Rendering rendering, Value left, Value right)
    {
        switch (left, right)
        {
            case (Text a, Text b):
                return AreEqual(rendering, a.Content, b.Content);
            case (ListValue a, ListValue b):
                return AreEqual(rendering, a.Items, b.Items);
            case (TupleValue a, TupleValue b):
                return AreEqual(rendering, a.Items, b.Items);
            case (DictValue a, DictValue b):
                return AreEqual(rendering, a, b);
            case (RangeValue a, RangeValue b):
                return a.Count == b.Count && (a.Count == 0 || (a.Start == b.Start && (a.Count == 1 || a.Step == b.Step)));
            case (DictView { Keys: { } a }, DictView { Keys: { } b }):
                return a.Length == b.Length && rendering.Each(a).All(b.Contains);
            case (Undefined, Undefined):
                return true;
            default:
                return CompareNumbers(left, right) is { } order ? order == 0 : ReferenceEquals(left, right) && left is not FloatValue;
        }
    }

    /// <summary>left &lt; right, left &lt;= right and so on.</summary>
    public static bool IsOrdered(Rendering rendering, ComparisonOperator comparison, Value left, Value right)
    {
        if (Order(rendering, left, right) is not { } order)
            return false; // NaN
        return comparison switch
        {
            ComparisonOperator.Less => order < 0,
            ComparisonOperator.LessOrEqual => order <= 0,
            ComparisonOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>item in container.</summary>
    public static bool Contains(Rendering rendering, Value container, Value item)
    {
        switch (container)
        {
            case Text text:
                if (item is not Text part)
                    throw Fault.Operation($"A value of type {item.TypeName} cannot be in a text.");
                rendering.Scan(text.Content.Length);
                return TextSearch.IndexOf(text.Content, part.Content, 0) >= 0;
            case DictValue dict:
                return dict.Contains(item);
            case DictView { Keys: { } keys }:
                return keys.Contains(item);
            default:
                return rendering.Each(container).Any(other => AreSame(rendering, other, item));
        }
    }

    /// <summary>-1, 0 or 1; null where a NaN takes part.</summary>
    public static int? Order(Rendering rendering, Value left, Value right)
    {
        switch (left, right)
        {
            case (Text a, Text b):
                rendering.Scan(Math.Min(a.Content.Length, b.Content.Length));
                return Chars.Compare(a.Content, b.Content);
            case (ListValue a, ListValue b):
                return Order(rendering, a.Items, b.Items);
            case (TupleValue a, TupleValue b):
                return Order(rendering, a.Items, b.Items);
        }
        if (left is Undefined || right is Undefined)
            throw ((left as Undefined) ?? (Undefined)right).ToFault();
        if (!IsNumber(left) || !IsNumber(right))
            throw Fault.Operation($"Values of the types {left.TypeName} and {right.TypeName} have no order.");
        return CompareNumbers(left, right);
    }

    private static bool IsNumber(Value value) => value is IntegerValue or FloatValue or BooleanValue;

    private static bool AreEqual(Rendering rendering, string left, string right)
    {
        if (left.Length != right.Length)
            return false;
        rendering.Scan(left.Length);
        return string.Equals(left, right, StringComparison.Ordinal);
    }

    private static bool AreEqual(Rendering rendering, IReadOnlyList<Value> left, IReadOnlyList<Value> right)
    {
        if (left.Count != right.Count)
            return false;
        rendering.Enter();
        for (var i = 0; i < left.Count; i++)
        {
            rendering.Step();
            if (!AreSame(rendering, left[i], right[i]))
            {
                rendering.Leave();
                return false;
            }
        }
        rendering.Leave();
        return true;
    }

    private static bool AreEqual(Rendering rendering, DictValue left, DictValue right)
    {
        if (left.Length != right.Length)
            return false;
        rendering.Enter();
        foreach (var (key, value) in left.Entries)
        {
            rendering.Step();
            if (right.FindItem(rendering, key) is not { } other || !AreSame(rendering, value, other))
            {
                rendering.Leave();
                return false;
            }
        }
        rendering.Leave();
        return true;
    }

    private static int? Order(Rendering rendering, IReadOnlyList<Value> left, IReadOnlyList<Value> right)
    {
        rendering.Enter();
        int? order = left.Count.CompareTo(right.Count);
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            rendering.Step();
            if (AreSame(rendering, left[i], right[i]))
                continue;
            order = Order(rendering, left[i], right[i]);
            break;
        }
        rendering.Leave();
        return order;
    }

    // Exact, also between whole numbers and floats; null where one of them is no number or NaN.
    private static int? CompareNumbers(Value left, Value right) =>
        (Conversions.FindInteger(left), left as FloatValue, Conversions.FindInteger(right), right as FloatValue) switch
        {
            ({ } a, _, { } b, _) => a.CompareTo(b),
            ({ } a, _, _, { Content: var b }) => CompareWithFloat(a, b),
            (_, { Content: var a }, { } b, _) => -CompareWithFloat(b, a),
            (_, { Content: var a }, _, { Content: var b }) => a < b ? -1 : a > b ? 1 : a == b ? 0 : null,
            _ => null,
        };

    private static int? CompareWithFloat(BigInteger integer, double number)
    {
        if (double.IsNaN(number))
            return null;
        if (double.IsInfinity(number))
            return number > 0 ? -1 : 1;
        var floor = Math.Floor(number);
        var order = integer.CompareTo(new BigInteger(floor));
        return order == 0 && number > floor ? -1 : order;
    }
}
