using System.Collections.Frozen;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The tests of jinja2 3.1.6: what may follow 'is'.</summary>
internal static class Tests
{
    public static FrozenDictionary<string, Builtin> All { get; } = ((Builtin[])
    [
        Of("defined", value => value is not Undefined),
        Of("undefined", value => value is Undefined),
        Of("none", value => value is NoneValue),
        Of("boolean", value => value is BooleanValue),
        Of("true", value => value == BooleanValue.True),
        Of("false", value => value == BooleanValue.False),
        Of("integer", value => value is IntegerValue),
        Of("float", value => value is FloatValue),
        Of("number", value => value is IntegerValue or FloatValue or BooleanValue),
        Of("string", value => value is Text),
        Of("mapping", value => value is DictValue),
        Of("sequence", value => value.Length is not null && value.HasItems),
        Of("callable", value => value.IsCallable),
        Of("escaped", value => value is Text { IsMarkup: true }),
        Named("filter", name => Filters.All.ContainsKey(name)),
        Named("test", name => All!.ContainsKey(name)),
        new("iterable", "value", call => BooleanValue.Of(call[0].Iterate(call.Rendering) is not null)),
        new("lower", "value", call => BooleanValue.Of(TextQueries.IsLower(call.AsText(0)))),
        new("upper", "value", call => BooleanValue.Of(TextQueries.IsUpper(call.AsText(0)))),
        new("sameas", "value other", call => BooleanValue.Of(AreIdentical(call[0], call[1]))),
        new("in", "value seq", call => BooleanValue.Of(Comparison.Contains(call.Rendering, call[1], call[0]))),
        new("odd", "value", call => RemainderIs(call, IntegerValue.Of(2), 1)),
        new("even", "value", call => RemainderIs(call, IntegerValue.Of(2), 0)),
        new("divisibleby", "value num", call => RemainderIs(call, call[1], 0)),
        .. Comparing(isEqual: true, "eq", "equalto", "=="),
        .. Comparing(isEqual: false, "ne", "!="),
        .. Ordered(ComparisonOperator.Less, "lt", "lessthan", "<"),
        .. Ordered(ComparisonOperator.LessOrEqual, "le", "<="),
        .. Ordered(ComparisonOperator.Greater, "gt", "greaterthan", ">"),
        .. Ordered(ComparisonOperator.GreaterOrEqual, "ge", ">="),
    ]).ToFrozenDictionary(test => test.Name, StringComparer.Ordinal);

    /// <summary>Applies a test that a template names while it runs.</summary>
    public static Value Apply(Rendering rendering, string name, Arguments arguments) => All.TryGetValue(name, out var test)
        ? test.Call(rendering, null, arguments)
        : throw Fault.Template($"There is no test '{name}'.");

    private static Builtin Of(string name, Func<Value, bool> holds) => new(name, "value", call => BooleanValue.Of(holds(call[0])));

    // The value is looked up among the names, so that it must be one that can be.
    private static Builtin Named(string name, Func<string, bool> exists) => new(name, "value", call =>
        KeyComparer.CanBeKey(call.Rendering, call[0]) ? BooleanValue.Of(call[0] is Text text && exists(text.Content))
            : throw Fault.Operation($"A value of type {call[0].TypeName} is no name."));

    private static IEnumerable<Builtin> Comparing(bool isEqual, params string[] names) => names.Select(name => new Builtin(
        name, "a b /", call => BooleanValue.Of(Comparison.AreEqual(call.Rendering, call[0], call[1]) == isEqual)));

    private static IEnumerable<Builtin> Ordered(ComparisonOperator comparison, params string[] names) => names.Select(name => new Builtin(
        name, "a b /", call => BooleanValue.Of(Comparison.IsOrdered(call.Rendering, comparison, call[0], call[1]))));

    private static BooleanValue RemainderIs(BuiltinCall call, Value divisor, int expected) => BooleanValue.Of(Comparison.AreEqual(
        call.Rendering, Arithmetic.Apply(call.Rendering, ArithmeticOperator.Modulo, call[0], divisor), IntegerValue.Of(expected)));

    // Python shares small numbers and short texts; here equal ones of a type are the same.
    private static bool AreIdentical(Value left, Value right) => (left, right) switch
    {
        (Text a, Text b) => a.IsMarkup == b.IsMarkup && a.Content == b.Content,
        (IntegerValue a, IntegerValue b) => a.Content == b.Content,
        _ => ReferenceEquals(left, right),
    };
}
