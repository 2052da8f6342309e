using System.Collections.Frozen;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The methods of lists and tuples that change nothing.</summary>
internal static class SequenceMethods
{
    private static readonly Builtin CountMethod = new("count", "value /", Count);
    private static readonly Builtin IndexMethod = new("index", "value start? stop? /", Index);
    private static readonly Builtin CopyMethod = new("copy", "", call => call.Owner);

    public static Value? Find(SequenceValue owner, string name) => name switch
    {
        "count" => new FunctionValue(CountMethod, owner),
        "index" => new FunctionValue(IndexMethod, owner),
        "copy" when owner is ListValue => new FunctionValue(CopyMethod, owner),
        _ => null,
    };

    private static IntegerValue Count(BuiltinCall call)
    {
        var (wanted, rendering) = (call[0], call.Rendering);
        return IntegerValue.Of(rendering.Each(call.Owner).Count(item => Comparison.AreSame(rendering, item, wanted)));
    }

    private static IntegerValue Index(BuiltinCall call)
    {
        var items = ((SequenceValue)call.Owner).Items;
        var (start, stop) = (call.Integer(1, 0), call.Integer(2, int.MaxValue));
        start = Math.Max(0, start < 0 ? start + items.Count : start);
        stop = Math.Min(items.Count, stop < 0 ? stop + items.Count : stop);
        for (var i = start; i < stop; i++)
        {
            call.Rendering.Step();
            if (Comparison.AreSame(call.Rendering, items[i], call[0]))
                return IntegerValue.Of(i);
        }
        throw Fault.Operation("The value is not in the list.");
    }
}

/// <summary>The methods and attributes of ranges.</summary>
internal static class RangeMethods
{
    private static readonly Builtin CountMethod = new("count", "value /", call => IntegerValue.Of(PlaceOf(call) < 0 ? 0 : 1));

    private static readonly Builtin IndexMethod = new("index", "value /", call =>
        PlaceOf(call) is >= 0 and var place ? IntegerValue.Of(place) : throw Fault.Operation("The value is not in the range."));

    public static Value? Find(RangeValue owner, string name) => name switch
    {
        "count" => new FunctionValue(CountMethod, owner),
        "index" => new FunctionValue(IndexMethod, owner),
        "start" => IntegerValue.Of(owner.Start),
        "stop" => IntegerValue.Of(owner.Stop),
        "step" => IntegerValue.Of(owner.Step),
        _ => null,
    };

    private static int PlaceOf(BuiltinCall call)
    {
        var place = 0;
        foreach (var item in call.Rendering.Each(call.Owner))
        {
            if (Comparison.AreSame(call.Rendering, item, call[0]))
                return place;
            place++;
        }
        return -1;
    }
}

/// <summary>The methods of dictionaries that change nothing.</summary>
internal static class DictMethods
{
    private static readonly FrozenDictionary<string, Builtin> Methods = new Builtin[]
    {
        new("get", "key default? /", Get),
        new("keys", "", call => new DictView((DictValue)call.Owner, "keys")),
        new("values", "", call => new DictView((DictValue)call.Owner, "values")),
        new("items", "", call => new DictView((DictValue)call.Owner, "items")),
        new("copy", "", call => call.Owner),
        new("fromkeys", "iterable value? /", FromKeys),
    }.ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    public static Value? Find(DictValue owner, string name) =>
        Methods.TryGetValue(name, out var method) ? new FunctionValue(method, owner) : null;

    private static Value Get(BuiltinCall call)
    {
        if (!KeyComparer.CanBeKey(call.Rendering, call[0]))
            throw Fault.Operation($"A value of type {call[0].TypeName} cannot be a key.");
        return call.Owner.FindItem(call.Rendering, call[0]) ?? call.Find(1) ?? NoneValue.None;
    }

    private static DictValue FromKeys(BuiltinCall call)
    {
        var dict = new DictValue(call.Rendering);
        foreach (var key in call.Each(0))
            dict.Set(key, call.Find(1) ?? NoneValue.None);
        return dict;
    }
}

/// <summary>The methods of numbers.</summary>
internal static class NumberMethods
{
    private static readonly Builtin BitLength = new(
        "bit_length", "", call => IntegerValue.Of(System.Numerics.BigInteger.Abs(((IntegerValue)call.Owner).Content).GetBitLength()));

    private static readonly Builtin IsInteger = new(
        "is_integer", "", call => BooleanValue.Of(call.Owner is not FloatValue number || double.IsInteger(number.Content)));

    public static Value? Find(Value owner, string name) => name switch
    {
        "bit_length" when owner is IntegerValue => new FunctionValue(BitLength, owner),
        "is_integer" => new FunctionValue(IsInteger, owner),
        "real" => owner,
        "imag" => owner is FloatValue ? new FloatValue(0) : IntegerValue.Of(0),
        _ => null,
    };
}
