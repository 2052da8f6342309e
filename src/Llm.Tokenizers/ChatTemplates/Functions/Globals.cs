using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The functions that every template finds: jinja2's, and transformers' raise_exception and strftime_now.</summary>
internal static class Globals
{
    private const int MaxRange = 100_000; // the sandbox's

    private static readonly Builtin[] Functions =
    [
        new("range", "start stop? step? /", Range),
        new("dict", "mapping? / **kwargs", Dict),
        new("namespace", "mapping? / **kwargs", call => new NamespaceValue((DictValue)Dict(call))),
        new("cycler", "*items /", call => call.Rest(0) is { Count: > 0 } items
            ? new CyclerValue(items)
            : throw Fault.Operation("A cycler needs at least one item.")),
        new("joiner", "sep?", call => new JoinerValue(call.Find(0) ?? new Text(", "))),
        new("raise_exception", "message", call => throw new Fault(ChatTemplateErrorKind.Raised, call.AsText(0))),
        new("strftime_now", "format", call => Strftime.Format(call.Rendering, call.Text(0))),
        new("lipsum", "*args **kwargs", _ => throw Fault.Operation("The function 'lipsum' is not supported.")),
    ];

    public static Scope NewScope()
    {
        var scope = new Scope(null);
        foreach (var function in Functions)
            scope.Set(function.Name, new FunctionValue(function));
        return scope;
    }

    private static RangeValue Range(BuiltinCall call)
    {
        var (first, second, step) = (Whole(call[0]), call.Find(1) is { } stop ? Whole(stop) : default(BigInteger?), BigInteger.One);
        if (call.Find(2) is { } given)
            step = Whole(given);
        if (step.IsZero)
            throw Fault.Operation("The step of a range must not be 0.");
        var (from, to) = second is null ? (BigInteger.Zero, first) : (first, second.Value);
        var span = step.Sign > 0 ? to - from : from - to;
        if (span.Sign > 0 && (span - 1) / BigInteger.Abs(step) >= MaxRange)
            throw Fault.Operation($"A range may have {MaxRange} numbers at most.");
        return new RangeValue(from, to, step);
    }

    private static BigInteger Whole(Value value) => Conversions.FindInteger(value)
        ?? throw Fault.Operation($"range needs whole numbers, not a value of type {value.TypeName}.");

    private static DictValue Dict(BuiltinCall call)
    {
        var dict = new DictValue(call.Rendering);
        if (call.Find(0) is DictValue given)
            dict.SetAll(given);
        else if (call.Find(0) is { } pairs)
            AddPairs(call.Rendering, pairs, dict);
        dict.SetAll(Conversions.ToDict(call.Rendering, call.Named));
        return dict;
    }

    private static void AddPairs(Rendering rendering, Value pairs, DictValue dict)
    {
        foreach (var pair in rendering.Each(pairs))
        {
            if (rendering.ToList(pair) is not [var key, var value])
                throw Fault.Operation("A dictionary is made of pairs of a key and a value.");
            dict.Set(key, value);
        }
    }
}
