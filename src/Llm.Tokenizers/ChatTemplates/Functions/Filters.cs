using System.Collections.Frozen;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The filters of jinja2 3.1.6, with transformers' tojson.</summary>
internal static class Filters
{
    /// <summary>Filters of jinja2 that are refused by name.</summary>
    public static FrozenSet<string> Unsupported { get; } = FrozenSet.Create(StringComparer.Ordinal, "pprint", "urlize", "wordwrap");

    public static FrozenDictionary<string, Builtin> All { get; } = ((Builtin[])
    [
        new("attr", "value name", Attribute),
        new("default", "value default_value? boolean?", Default),
        new("d", "value default_value? boolean?", Default),
        new("length", "value /", Length),
        new("count", "value /", Length),
        new("string", "value", call => call[0] is Text text ? text : call[0].ToText(call.Rendering)),
        new("tojson", "x ensure_ascii? indent? separators? sort_keys?", JsonWriting.ToJson),
        .. TextFilters.All,
        .. MarkupFilters.All,
        .. NumberFilters.All,
        .. ListFilters.All,
        .. SelectionFilters.All,
        .. OrderFilters.All,
    ]).ToFrozenDictionary(filter => filter.Name, StringComparer.Ordinal);

    /// <summary>Applies a filter that a template names while it runs.</summary>
    public static Value Apply(Rendering rendering, string name, Arguments arguments) => All.TryGetValue(name, out var filter)
        ? filter.Call(rendering, null, arguments)
        : throw Fault.Template($"There is no filter '{name}'.");

    private static Value Attribute(BuiltinCall call) =>
        Access.FindAttribute(call.Rendering, call[0], call.AsText(1)) ?? Undefined.Member(call[0], call.AsText(1));

    private static Value Default(BuiltinCall call)
    {
        var isMissing = call[0] is Undefined || (call.IsTrue(2) && !call[0].IsTrue);
        return isMissing ? call.Find(1) ?? Text.Empty : call[0];
    }

    private static IntegerValue Length(BuiltinCall call) =>
        IntegerValue.Of(call[0].Length ?? throw Fault.Operation($"A value of type {call[0].TypeName} has no length."));
}
