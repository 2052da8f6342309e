namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Filters that apply another filter or a test to each item, when the item is asked for.</summary>
internal static class SelectionFilters
{
    public static Builtin[] All { get; } =
    [
        new("map", "value *args **kwargs", call => new IteratorValue(Map(call))),
        new("select", "value *args **kwargs", call => new IteratorValue(Select(call, keeps: true, byAttribute: false))),
        new("reject", "value *args **kwargs", call => new IteratorValue(Select(call, keeps: false, byAttribute: false))),
        new("selectattr", "value *args **kwargs", call => new IteratorValue(Select(call, keeps: true, byAttribute: true))),
        new("rejectattr", "value *args **kwargs", call => new IteratorValue(Select(call, keeps: false, byAttribute: true))),
    ];

    private static IEnumerable<Value> Map(BuiltinCall call)
    {
        if (!call[0].IsTrue)
            yield break;
        var map = MapOf(call);
        foreach (var item in call.Each(0))
            yield return map(item);
    }

    private static Func<Value, Value> MapOf(BuiltinCall call)
    {
        var (rendering, given, named) = (call.Rendering, call.Rest(0), call.Named);
        if (given.Count == 0 && named.Any(argument => argument.Key == "attribute"))
        {
            if (named.FirstOrDefault(argument => argument.Key is not ("attribute" or "default")) is { Key: { } unknown })
                throw Fault.Template($"The filter map has no argument that is named '{unknown}'.");
            return AttributePath.Of(rendering, ValueOf(named, "attribute"), ValueOf(named, "default")).Get;
        }
        if (given is not [var name, ..])
            throw Fault.Template("The filter map needs the name of a filter, or attribute=.");
        var arguments = new Arguments(call.Rest(1), named);
        return item => Filters.Apply(rendering, name.ToString(rendering), arguments.WithFirst(item));
    }

    private static IEnumerable<Value> Select(BuiltinCall call, bool keeps, bool byAttribute)
    {
        if (!call[0].IsTrue)
            yield break;
        var holds = TestOf(call, byAttribute);
        foreach (var item in call.Each(0))
        {
            if (holds(item) == keeps)
                yield return item;
        }
    }

    private static Func<Value, bool> TestOf(BuiltinCall call, bool byAttribute)
    {
        var (rendering, given, named) = (call.Rendering, call.Rest(0), call.Named);
        if (byAttribute && given.Count == 0)
            throw Fault.Template("The filter needs the name of an attribute.");
        Func<Value, Value> get = byAttribute ? AttributePath.Of(rendering, given[0]).Get : item => item;
        var nameAt = byAttribute ? 1 : 0;
        if (given.Count <= nameAt)
            return item => get(item).IsTrue;
        var name = given[nameAt].ToString(rendering);
        var arguments = new Arguments(call.Rest(nameAt + 1), named);
        return item => Tests.Apply(rendering, name, arguments.WithFirst(get(item))).IsTrue;
    }

    private static Value? ValueOf(IReadOnlyList<KeyValuePair<string, Value>> named, string name) =>
        named.FirstOrDefault(argument => argument.Key == name).Value;
}
