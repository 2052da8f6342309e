using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A list or tuple. Neither can be changed.</summary>
internal abstract class SequenceValue(IReadOnlyList<Value> items) : Value
{
    /// <summary>What an item takes in memory, with a small value in it, in bytes.</summary>
    public const int ItemSize = 40;

    public IReadOnlyList<Value> Items { get; } = items;

    public override int? Length => Items.Count;

    public override bool HasItems => true;

    /// <summary>A sequence of the same type.</summary>
    public abstract SequenceValue With(IReadOnlyList<Value> items);

    public override IEnumerable<Value> Iterate(Rendering rendering) => Items;

    public override Value? FindItem(Rendering rendering, Value key) =>
        Conversions.TryIndex(key, Items.Count, out var index) ? Items[index] : null;

    public override Value? FindAttribute(Rendering rendering, string name) => SequenceMethods.Find(this, name);

    protected void PrintItems(TextBuilder text)
    {
        text.Rendering.Enter();
        for (var i = 0; i < Items.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            text.Rendering.Step();
            Items[i].Print(text);
        }
        text.Rendering.Leave();
    }
}

/// <summary>[1, 2].</summary>
internal sealed class ListValue(IReadOnlyList<Value> items) : SequenceValue(items)
{
    public override string TypeName => "list";

    public override SequenceValue With(IReadOnlyList<Value> items) => new ListValue(items);

    public override void Print(TextBuilder text)
    {
        text.Append('[');
        PrintItems(text);
        text.Append(']');
    }
}

/// <summary>(1, 2).</summary>
internal class TupleValue(IReadOnlyList<Value> items) : SequenceValue(items)
{
    public override string TypeName => "tuple";

    public override SequenceValue With(IReadOnlyList<Value> items) => new TupleValue(items);

    public override void Print(TextBuilder text)
    {
        text.Append('(');
        PrintItems(text);
        text.Append(Items.Count == 1 ? ",)" : ")");
    }
}

/// <summary>A group of the filter groupby: a tuple whose two parts have names.</summary>
internal sealed class GroupValue(Value grouper, ListValue list) : TupleValue([grouper, list])
{
    public override string TypeName => "_GroupTuple";

    public override Value? FindAttribute(Rendering rendering, string name) => name switch
    {
        "grouper" => Items[0],
        "list" => Items[1],
        _ => base.FindAttribute(rendering, name),
    };
}

/// <summary>The whole numbers from start to stop, stop excluded.</summary>
internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step) : Value
{
    public override string TypeName => "range";

    public override int? Length => Count;

    public override bool HasItems => true;

    public BigInteger Start => start;

    public BigInteger Stop => stop;

    public BigInteger Step => step;

    /// <summary>How many numbers; the function range bounds it.</summary>
    public int Count { get; } = (int)BigInteger.Max(0, (stop - start + step - step.Sign) / step);

    public IntegerValue this[int index] => IntegerValue.Of(start + index * step);

    public override IEnumerable<Value> Iterate(Rendering rendering)
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    public override Value? FindItem(Rendering rendering, Value key) => Conversions.TryIndex(key, Count, out var index) ? this[index] : null;

    public override Value? FindAttribute(Rendering rendering, string name) => RangeMethods.Find(this, name);

    public override void Print(TextBuilder text) => text.Append(step.IsOne ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})");
}

/// <summary>Items that can be gone through once, made as they are asked for.</summary>
internal sealed class IteratorValue(IEnumerable<Value> items) : Value
{
    private readonly IEnumerator<Value> _items = items.GetEnumerator();

    public override string TypeName => "generator";

    public override bool IsTrue => true;

    public override IEnumerable<Value> Iterate(Rendering rendering)
    {
        while (_items.MoveNext())
            yield return _items.Current;
    }

    public override void Print(TextBuilder text) => text.Append("<generator object>");
}
