namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Filters that compare items. Texts compare without regard to case unless asked otherwise.</summary>
internal static class OrderFilters
{
    public static Builtin[] All { get; } =
    [
        new("sort", "value reverse? case_sensitive? attribute?", Sort),
        new("dictsort", "value case_sensitive? by? reverse?", SortDict),
        new("groupby", "value attribute default? case_sensitive?", Group),
        new("unique", "value case_sensitive? attribute?", call => new IteratorValue(Unique(call))),
        new("min", "value case_sensitive? attribute?", call => Extreme(call, ComparisonOperator.Less)),
        new("max", "value case_sensitive? attribute?", call => Extreme(call, ComparisonOperator.Greater)),
    ];

    private static ListValue Sort(BuiltinCall call)
    {
        var rendering = call.Rendering;
        IEnumerable<Value?> attributes = call.Find(3) is Text text
            ? text.Content.Split(',').Select(part => new Text(part))
            : [call.Find(3)];
        var keys = attributes.Select(attribute => KeyOf(rendering, AttributePath.Of(rendering, attribute), call.IsTrue(2))).ToList();
        return new ListValue(Sorting.Sort(
            rendering, rendering.ToList(call[0]), item => new ListValue([.. keys.Select(key => key(item))]), call.IsTrue(1)));
    }

    private static ListValue SortDict(BuiltinCall call)
    {
        var by = call.Text(2, "key");
        if (by is not ("key" or "value"))
            throw Fault.Template($"A dictionary is sorted by 'key' or 'value', not by '{by}'.");
        var dict = call[0] as DictValue ?? throw Fault.WrongValue(call[0], "dictsort needs a dictionary.");
        var items = call.Rendering.ToList(new DictView(dict, "items"));
        var part = by == "key" ? 0 : 1;
        var fold = Folding(call.Rendering, call.IsTrue(1));
        return new ListValue(Sorting.Sort(call.Rendering, items, item => fold(((TupleValue)item).Items[part]), call.IsTrue(3)));
    }

    private static ListValue Group(BuiltinCall call)
    {
        var rendering = call.Rendering;
        var path = AttributePath.Of(rendering, call[1], call.Find(2));
        var key = KeyOf(rendering, path, call.IsTrue(3));
        var groups = new List<Value>();
        var members = new List<Value>();
        foreach (var item in Sorting.Sort(rendering, rendering.ToList(call[0]), key, reverse: false))
        {
            if (members.Count > 0 && !Comparison.AreSame(rendering, key(members[0]), key(item)))
            {
                groups.Add(new GroupValue(path.Get(members[0]), new ListValue(members)));
                members = [];
            }
            rendering.Allocate(SequenceValue.ItemSize);
            members.Add(item);
        }
        if (members.Count > 0)
            groups.Add(new GroupValue(path.Get(members[0]), new ListValue(members)));
        return new ListValue(groups);
    }

    private static IEnumerable<Value> Unique(BuiltinCall call)
    {
        var key = KeyOf(call.Rendering, AttributePath.Of(call.Rendering, call.Find(2)), call.IsTrue(1));
        var seen = new DictValue(call.Rendering);
        foreach (var item in call.Each(0))
        {
            var found = key(item);
            if (seen.Contains(found))
                continue;
            seen.Set(found, NoneValue.None);
            yield return item;
        }
    }

    private static Value Extreme(BuiltinCall call, ComparisonOperator isBetter)
    {
        var key = KeyOf(call.Rendering, AttributePath.Of(call.Rendering, call.Find(2)), call.IsTrue(1));
        Value? best = null;
        foreach (var item in call.Each(0))
        {
            if (best is null || Comparison.IsOrdered(call.Rendering, isBetter, key(item), key(best)))
                best = item;
        }
        return best ?? new Undefined("There is no least or greatest item: the list is empty.");
    }

    private static Func<Value, Value> KeyOf(Rendering rendering, AttributePath path, bool isCaseSensitive)
    {
        var fold = Folding(rendering, isCaseSensitive);
        return item => fold(path.Get(item));
    }

    private static Func<Value, Value> Folding(Rendering rendering, bool isCaseSensitive) => value =>
        value is Text text && !isCaseSensitive ? new Text(TextMethods.Cased(rendering, text.Content, Casing.Lower)) : value;
}
