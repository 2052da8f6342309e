namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Filters that take lists apart and put them together.</summary>
internal static class ListFilters
{
    public static Builtin[] All { get; } =
    [
        new("list", "value", call => new ListValue(call.Rendering.ToList(call[0]))),
        new("first", "seq", call => First(call.Each(0)) ?? new Undefined("There is no first item: the list is empty.")),
        new("last", "seq", call => First(Reversed(call)) ?? new Undefined("There is no last item: the list is empty.")),
        new("random", "seq", PickOne),
        new("reverse", "value", Reverse),
        new("join", "value d? attribute?", Join),
        new("items", "value", call => new IteratorValue(Items(call))),
        new("batch", "value linecount fill_with?", call => new IteratorValue(Batches(call))),
        new("slice", "value slices fill_with?", call => new IteratorValue(Slices(call))),
        new("sum", "iterable attribute? start?", Sum),
    ];

    private static Value? First(IEnumerable<Value> items)
    {
        foreach (var item in items)
            return item;
        return null;
    }

    // What has a length can be read from its end.
    private static IEnumerable<Value> Reversed(BuiltinCall call)
    {
        if (call[0].Length is null || call[0] is LoopValue)
            throw Fault.Operation($"A value of type {call[0].TypeName} cannot be read from its end.");
        if (call[0] is SequenceValue sequence)
            return Backwards(call.Rendering, sequence.Items);
        var items = call.Rendering.ToList(call[0]);
        items.Reverse();
        return items;
    }

    private static IEnumerable<Value> Backwards(Rendering rendering, IReadOnlyList<Value> items)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            rendering.Step();
            yield return items[i];
        }
    }

    private static Value PickOne(BuiltinCall call)
    {
        if (call[0].Length is not { } count || !call[0].HasItems)
            throw Fault.Operation($"No item of a value of type {call[0].TypeName} can be picked.");
        if (count == 0)
            return new Undefined("There is no item to pick: the list is empty.");
        return call[0].FindItem(call.Rendering, IntegerValue.Of(call.Rendering.Random.Next(count)))
            ?? throw Fault.Operation("No item of a dictionary can be picked.");
    }

    private static Value Reverse(BuiltinCall call)
    {
        if (call[0] is Text text)
        {
            call.Rendering.Allocate(2L * text.Content.Length);
            return text.With(Chars.Reverse(text.Content));
        }
        if (call[0].Length is not null && call[0] is not LoopValue)
            return new IteratorValue(Reversed(call));
        return new ListValue(ReversedItems(call));
    }

    private static List<Value> ReversedItems(BuiltinCall call)
    {
        try
        {
            var items = call.Rendering.ToList(call[0]);
            items.Reverse();
            return items;
        }
        catch (Fault fault) when (fault.Kind == ChatTemplateErrorKind.Operation)
        {
            throw Fault.Template($"Only what can be iterated can be reversed. {fault.Message}");
        }
    }

    private static Text Join(BuiltinCall call)
    {
        var (rendering, separator) = (call.Rendering, call.Find(1)?.ToString(call.Rendering) ?? "");
        var attribute = call.Find(2) is null or NoneValue ? null : AttributePath.Of(rendering, call[2]);
        var result = new TextBuilder(rendering);
        var isFirst = true;
        foreach (var item in call.Each(0))
        {
            if (!isFirst)
                result.Append(separator);
            isFirst = false;
            result.Append((attribute?.Get(item) ?? item).ToString(rendering));
        }
        return result.ToText();
    }

    private static IEnumerable<Value> Items(BuiltinCall call)
    {
        if (call[0] is Undefined)
            yield break;
        var dict = call[0] as DictValue ?? throw Fault.Operation("Only a dictionary has items with keys.");
        foreach (var item in new DictView(dict, "items").Iterate(call.Rendering))
            yield return item;
    }

    private static IEnumerable<Value> Batches(BuiltinCall call)
    {
        var size = call.Integer(1, 0);
        var batch = new List<Value>();
        foreach (var item in call.Each(0))
        {
            if (batch.Count == size)
            {
                yield return new ListValue(batch);
                batch = [];
            }
            call.Rendering.Allocate(SequenceValue.ItemSize);
            batch.Add(item);
        }
        if (batch.Count == 0)
            yield break;
        if (call.Find(2) is { } fill and not NoneValue)
        {
            call.Rendering.Allocate(SequenceValue.ItemSize * (long)Math.Max(0, size - batch.Count));
            while (batch.Count < size)
                batch.Add(fill);
        }
        yield return new ListValue(batch);
    }

    private static IEnumerable<Value> Slices(BuiltinCall call)
    {
        var items = call.Rendering.ToList(call[0]);
        var count = call.Integer(1, 0);
        if (count == 0)
            throw Fault.Operation("There must be at least one slice.");
        var (size, longer) = (items.Count / count, items.Count % count);
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            call.Rendering.Step();
            var slice = items.GetRange(start, size + (i < longer ? 1 : 0));
            start += slice.Count;
            call.Rendering.Allocate(SequenceValue.ItemSize * (slice.Count + 1L));
            if (i >= longer && call.Find(2) is { } fill and not NoneValue)
                slice.Add(fill);
            yield return new ListValue(slice);
        }
    }

    private static Value Sum(BuiltinCall call)
    {
        var attribute = call.Find(1) is null or NoneValue ? null : AttributePath.Of(call.Rendering, call[1]);
        var sum = call.Find(2) ?? IntegerValue.Of(0);
        if (sum is Text)
            throw Fault.Operation("Texts cannot be summed; use join.");
        foreach (var item in call.Each(0))
            sum = Arithmetic.Apply(call.Rendering, ArithmeticOperator.Add, sum, attribute?.Get(item) ?? item);
        return sum;
    }
}
