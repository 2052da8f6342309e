using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Keys of dictionaries as Python compares them: 1, 1.0 and True are one key; lists and dictionaries cannot be keys.</summary>
internal sealed class KeyComparer(Rendering rendering) : IEqualityComparer<Value>
{
    /// <summary>Whether the value, which may hold others, can be a key.</summary>
    public static bool CanBeKey(Rendering rendering, Value value)
    {
        if (value is not TupleValue tuple)
            return value is not (ListValue or DictValue or DictView);
        rendering.Enter();
        var canBeKey = tuple.Items.All(item => CanBeKey(rendering, item));
        rendering.Leave();
        return canBeKey;
    }

    // Counted: keys may be chosen to have one hash.
    public bool Equals(Value? x, Value? y)
    {
        rendering.Step();
        return Comparison.AreSame(rendering, x!, y!);
    }

    public int GetHashCode(Value value)
    {
        switch (value)
        {
            case Text text:
                rendering.Scan(text.Content.Length);
                return text.Content.GetHashCode(StringComparison.Ordinal);
            case BooleanValue boolean:
                return (boolean.IsTrue ? BigInteger.One : BigInteger.Zero).GetHashCode();
            case IntegerValue integer:
                return integer.Content.GetHashCode();
            case FloatValue { Content: var number }:
                return double.IsInteger(number) ? new BigInteger(number).GetHashCode() : number.GetHashCode();
            case TupleValue tuple:
                return HashOf(tuple);
            case Undefined:
                return 0;
            case ListValue or DictValue or DictView:
                throw Fault.Operation($"A value of type {value.TypeName} cannot be a key.");
            default:
                return value.GetHashCode();
        }
    }

    private int HashOf(TupleValue tuple)
    {
        rendering.Enter();
        var hash = default(HashCode);
        foreach (var item in tuple.Items)
        {
            rendering.Step();
            hash.Add(GetHashCode(item));
        }
        rendering.Leave();
        return hash.ToHashCode();
    }
}
