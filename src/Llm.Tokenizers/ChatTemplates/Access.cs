namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// Attributes and items as jinja2's ImmutableSandboxedEnvironment gives them: each falls back to the other, internal names are closed, and
/// nothing that would change a list or dictionary can be had.
/// </summary>
internal static class Access
{
    private static readonly HashSet<string> ListChanges =
        ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"];

    private static readonly HashSet<string> DictChanges = ["clear", "pop", "popitem", "setdefault", "update"];

    // Internal names that even an undefined value has in Python, closed as they are.
    private static readonly HashSet<string> UndefinedHas =
    [
        "__class__", "__init__", "__new__", "__doc__", "__module__", "__slots__", "__dir__", "__repr__", "__str__", "__hash__", "__eq__",
        "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__len__", "__iter__", "__bool__", "__call__", "__getitem__", "__getattr__",
        "__getattribute__", "__setattr__", "__delattr__", "__format__", "__sizeof__", "__reduce__", "__reduce_ex__", "__subclasshook__",
        "__init_subclass__",
    ];

    /// <summary>value.name</summary>
    public static Value Attribute(Rendering rendering, Value value, string name) =>
        FindAttribute(rendering, value, name) ?? value.FindItem(rendering, new Text(name)) ?? Undefined.Member(value, name);

    /// <summary>value[key]</summary>
    public static Value Item(Rendering rendering, Value value, Value key)
    {
        if (value.FindItem(rendering, key) is { } item)
            return item;
        if (key is Text { Content: var name })
            return FindAttribute(rendering, value, name) ?? Undefined.Member(value, name);
        return new Undefined($"{value.ObjectName} has no element {Name(rendering, key)}");
    }

    /// <summary>The attribute, an undefined value where it is closed, or null where there is none.</summary>
    public static Value? FindAttribute(Rendering rendering, Value value, string name)
    {
        if (IsInternal(name) && (value is not Undefined || UndefinedHas.Contains(name)))
            return Undefined.Unsafe(value, name);
        if (Changes(value, name))
            return Undefined.Unsafe(value, name);
        var attribute = value.FindAttribute(rendering, name);
        return attribute is not null && name.StartsWith('_') ? Undefined.Unsafe(value, name) : attribute;
    }

    private static bool IsInternal(string name) =>
        name.Length > 4 && name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);

    private static bool Changes(Value value, string name) => value switch
    {
        ListValue => ListChanges.Contains(name),
        DictValue => DictChanges.Contains(name),
        _ => false,
    };

    private static string Name(Rendering rendering, Value key)
    {
        var text = new TextBuilder(rendering);
        key.Print(text);
        return text.ToString();
    }
}
