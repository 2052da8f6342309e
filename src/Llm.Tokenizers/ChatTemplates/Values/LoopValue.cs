namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The variable loop: where a for loop stands in its items, which it looks at no earlier than it must.</summary>
/// <param name="rendering">The rendering.</param>
/// <param name="iterable">What the loop goes through.</param>
/// <param name="items">Its items, filtered where the loop has a condition.</param>
/// <param name="depth">How many recursive loops stand around this one.</param>
/// <param name="recurse">Renders the loop's body for other items; null where the loop is not recursive.</param>
internal sealed class LoopValue(
    Rendering rendering, Value? iterable, IEnumerable<Value> items, int depth, Func<Value, int, Text>? recurse) : Value
{
    private static readonly Builtin CycleMethod = new("cycle", "*args /", call => ((LoopValue)call.Owner).Cycle(call.Rest(0)));
    private static readonly Builtin ChangedMethod = new("changed", "*value /", call => ((LoopValue)call.Owner).Changed(call.Rest(0)));

    private IEnumerator<Value> _items = items.GetEnumerator();
    private int _index = -1;
    private int? _length;
    private Value? _before;
    private Value? _current;
    private Value? _after;
    private TupleValue? _lastChanged;

    public override string TypeName => "LoopContext";

    public override bool IsCallable => true;

    public override int? Length => _length ??= iterable?.Length ?? CountRest();

    /// <summary>What is left of the loop, each item with the loop itself, which moves on.</summary>
    public override IEnumerable<Value> Iterate(Rendering rendering)
    {
        while (MoveNext() is { } item)
            yield return new TupleValue([item, this]);
    }

    /// <summary>Goes to the next item; null at the end.</summary>
    public Value? MoveNext()
    {
        var next = Peek();
        if (next is null)
            return null;
        _after = null;
        _index++;
        (_before, _current) = (_current, next);
        return next;
    }

    public override Value? FindAttribute(Rendering rendering, string name) => name switch
    {
        "index" => IntegerValue.Of(_index + 1),
        "index0" => IntegerValue.Of(_index),
        "revindex" => IntegerValue.Of(Length!.Value - _index),
        "revindex0" => IntegerValue.Of(Length!.Value - _index - 1),
        "first" => BooleanValue.Of(_index == 0),
        "last" => BooleanValue.Of(Peek() is null),
        "length" => IntegerValue.Of(Length!.Value),
        "previtem" => _before ?? new Undefined("There is no item before the first."),
        "nextitem" => Peek() ?? new Undefined("There is no item after the last."),
        "depth" => IntegerValue.Of(depth + 1),
        "depth0" => IntegerValue.Of(depth),
        "cycle" => new FunctionValue(CycleMethod, this),
        "changed" => new FunctionValue(ChangedMethod, this),
        _ => null,
    };

    public override Value Call(Rendering rendering, Arguments arguments)
    {
        if (recurse is null)
            throw Fault.Operation("A loop that calls itself must be marked with 'recursive'.");
        return arguments is { Positional: [var nested], Keywords: [] }
            ? recurse(nested, depth + 1)
            : throw Fault.Operation("A recursive loop takes one argument: the items.");
    }

    public override void Print(TextBuilder text) => text.Append($"<LoopContext {_index + 1}/{Length}>");

    private Value? Peek()
    {
        if (_after is null && _items.MoveNext())
            _after = _items.Current;
        return _after;
    }

    // A generator's length is known once it is read to its end.
    private int CountRest()
    {
        var rest = new List<Value>();
        while (_items.MoveNext())
        {
            rendering.Allocate(SequenceValue.ItemSize);
            rest.Add(_items.Current);
        }
        _items = rest.GetEnumerator();
        return _index + 1 + (_after is null ? 0 : 1) + rest.Count;
    }

    private Value Cycle(IReadOnlyList<Value> values) =>
        values.Count > 0 ? values[_index % values.Count] : throw Fault.Operation("loop.cycle needs at least one value.");

    private BooleanValue Changed(IReadOnlyList<Value> values)
    {
        var given = new TupleValue(values);
        if (_lastChanged is not null && Comparison.AreEqual(rendering, _lastChanged, given))
            return BooleanValue.False;
        _lastChanged = given;
        return BooleanValue.True;
    }
}
