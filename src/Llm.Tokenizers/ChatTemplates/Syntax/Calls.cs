namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The arguments of a call as they are written: (a, b=c, *d, **e).</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<KeyValuePair<string, Expression>> Keywords,
    Expression? Rest = null,
    Expression? Named = null)
{
    public static ArgumentList Empty { get; } = new([], []);

    /// <summary>The expressions, in their order; null where there is none.</summary>
    public IEnumerable<Expression?> Parts => [.. Positional, .. Keywords.Select(keyword => keyword.Value), Rest, Named];

    /// <param name="rendering">The rendering.</param>
    /// <param name="scope">Where the arguments are evaluated.</param>
    /// <param name="first">What goes before them, if anything.</param>
    public Arguments Evaluate(Rendering rendering, Scope scope, Value? first = null)
    {
        var positional = new List<Value>();
        if (first is not null)
            positional.Add(first);
        foreach (var argument in Positional)
            positional.Add(argument.Evaluate(rendering, scope));
        var keywords = new List<KeyValuePair<string, Value>>();
        foreach (var (name, argument) in Keywords)
            AddKeyword(keywords, name, argument.Evaluate(rendering, scope));
        if (Rest is not null)
            positional.AddRange(rendering.ToList(Rest.Evaluate(rendering, scope)));
        if (Named is not null)
            AddNamed(rendering, keywords, Named.Evaluate(rendering, scope));
        return new Arguments(positional, keywords);
    }

    private static void AddNamed(Rendering rendering, List<KeyValuePair<string, Value>> keywords, Value named)
    {
        var dict = named as DictValue ?? throw Fault.Operation($"'**' needs a dictionary, not a value of type {named.TypeName}.");
        foreach (var (key, value) in dict.Entries)
        {
            rendering.Allocate(SequenceValue.ItemSize);
            AddKeyword(keywords, key is Text text ? text.Content : throw Fault.Operation("The names of arguments must be texts."), value);
        }
    }

    private static void AddKeyword(List<KeyValuePair<string, Value>> keywords, string name, Value value)
    {
        if (keywords.Exists(keyword => keyword.Key == name))
            throw Fault.Operation($"The argument '{name}' is given twice.");
        keywords.Add(KeyValuePair.Create(name, value));
    }
}

/// <summary>f(a).</summary>
internal sealed class CallExpression(Position position, Expression callee, ArgumentList arguments)
    : Expression(position, [callee, .. arguments.Parts])
{
    /// <summary>The call with the body of a call block as one more argument.</summary>
    public Value EvaluateWithCaller(Rendering rendering, Scope scope, MacroValue caller)
    {
        var function = callee.Evaluate(rendering, scope);
        var given = arguments.Evaluate(rendering, scope);
        rendering.Position = Position;
        return function.Call(
            rendering, given with { Keywords = [.. given.Keywords, KeyValuePair.Create<string, Value>("caller", caller)] });
    }

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var function = callee.Evaluate(rendering, scope);
        var given = arguments.Evaluate(rendering, scope);
        rendering.Position = Position;
        return function.Call(rendering, given);
    }
}

/// <summary>a | f(b).</summary>
internal sealed class FilterExpression(Position position, Expression? input, string name, ArgumentList arguments)
    : Expression(position, [input, .. arguments.Parts])
{
    public string Name => name;

    /// <summary>Applies the filters to a text that was captured.</summary>
    public Value Apply(Rendering rendering, Scope scope, Text captured)
    {
        var value = input is FilterExpression inner ? inner.Apply(rendering, scope, captured) : captured;
        return ApplyTo(rendering, scope, value);
    }

    protected override Value Compute(Rendering rendering, Scope scope) => ApplyTo(rendering, scope, input!.Evaluate(rendering, scope));

    private Value ApplyTo(Rendering rendering, Scope scope, Value value)
    {
        var given = arguments.Evaluate(rendering, scope, value);
        rendering.Position = Position;
        return Filters.Apply(rendering, name, given);
    }
}

/// <summary>a is t(b).</summary>
internal sealed class TestExpression(Position position, Expression input, string name, ArgumentList arguments)
    : Expression(position, [input, .. arguments.Parts])
{
    public string Name => name;

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var given = arguments.Evaluate(rendering, scope, input.Evaluate(rendering, scope));
        rendering.Position = Position;
        return Tests.Apply(rendering, name, given);
    }
}
