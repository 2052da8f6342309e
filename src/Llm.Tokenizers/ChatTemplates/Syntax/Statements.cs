namespace Llm.Tokenizers.ChatTemplates;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A part of a template that is executed.</summary>
internal abstract class Statement(Position position)
{
    public Position Position { get; } = position;

    public Flow Execute(Rendering rendering, Scope scope)
    {
        rendering.Enter();
        rendering.Position = Position;
        var flow = Run(rendering, scope);
        rendering.Leave();
        return flow;
    }

    protected abstract Flow Run(Rendering rendering, Scope scope);
}

/// <summary>Statements in a row.</summary>
internal sealed class Body(IReadOnlyList<Statement> statements)
{
    public static Body Empty { get; } = new([]);

    public IReadOnlyList<Statement> Statements => statements;

    public Flow Execute(Rendering rendering, Scope scope)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Execute(rendering, scope);
            if (flow != Flow.Next)
                return flow;
        }
        return Flow.Next;
    }

    /// <summary>Executes the statements into a text of its own.</summary>
    public (Text Text, Flow Flow) Capture(Rendering rendering, Scope scope)
    {
        var outer = rendering.BeginCapture();
        var flow = Execute(rendering, scope);
        return (rendering.EndCapture(outer), flow);
    }
}

/// <summary>Text as it stands in the template.</summary>
internal sealed class DataStatement(Position position, string text) : Statement(position)
{
    public bool IsBlank => text.All(Chars.IsSpace);

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        rendering.Output.Append(text);
        return Flow.Next;
    }
}

/// <summary>{{ a }}.</summary>
internal sealed class PrintStatement(Position position, Expression value) : Statement(position)
{
    public Expression Value => value;

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        rendering.Output.Append(value.Evaluate(rendering, scope).ToString(rendering));
        return Flow.Next;
    }
}

/// <summary>{% if a %} … {% elif b %} … {% else %} … {% endif %}.</summary>
internal sealed class IfStatement(Position position, IReadOnlyList<(Expression Test, Body Body)> branches, Body otherwise)
    : Statement(position)
{
    public IReadOnlyList<(Expression Test, Body Body)> Branches => branches;

    public Body Otherwise => otherwise;

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        foreach (var (test, body) in branches)
        {
            if (test.Evaluate(rendering, scope).IsTrue)
                return body.Execute(rendering, scope);
        }
        return otherwise.Execute(rendering, scope);
    }
}

/// <summary>{% break %} or {% continue %}.</summary>
internal sealed class JumpStatement(Position position, Flow flow) : Statement(position)
{
    public string Tag => flow == Flow.Break ? "break" : "continue";

    protected override Flow Run(Rendering rendering, Scope scope) => flow;
}

/// <summary>{% set a = b %}.</summary>
internal sealed class SetStatement(Position position, Target target, Expression value) : Statement(position)
{
    public Target Target => target;

    public Expression Value => value;

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        target.Check(scope);
        var given = value.Evaluate(rendering, scope);
        rendering.Position = Position;
        target.Assign(rendering, scope, given);
        return Flow.Next;
    }
}

/// <summary>{% set a | f %} … {% endset %}.</summary>
internal sealed class SetBlockStatement(Position position, Target target, FilterExpression? filter, Body body) : Statement(position)
{
    public Target Target => target;

    public FilterExpression? Filter => filter;

    public Body Body => body;

    public IReadOnlyCollection<string> HiddenNames { get; set; } = [];

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        var inner = new Scope(scope, HiddenNames);
        var (text, flow) = body.Capture(rendering, inner);
        if (flow != Flow.Next)
            return flow;
        var value = filter?.Apply(rendering, inner, text) ?? text;
        rendering.Position = Position;
        target.Assign(rendering, scope, value);
        return Flow.Next;
    }
}

/// <summary>{% with a = b %} … {% endwith %}.</summary>
internal sealed class WithStatement(Position position, IReadOnlyList<(Target Target, Expression Value)> variables, Body body)
    : Statement(position)
{
    public IReadOnlyList<(Target Target, Expression Value)> Variables => variables;

    public Body Body => body;

    public IReadOnlyCollection<string> HiddenNames { get; set; } = [];

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        var inner = new Scope(scope, HiddenNames);
        foreach (var (target, value) in variables)
            target.Assign(rendering, inner, value.Evaluate(rendering, scope));
        return body.Execute(rendering, inner);
    }
}

/// <summary>{% filter f %} … {% endfilter %}.</summary>
internal sealed class FilterBlockStatement(Position position, FilterExpression filter, Body body) : Statement(position)
{
    public FilterExpression Filter => filter;

    public Body Body => body;

    public IReadOnlyCollection<string> HiddenNames { get; set; } = [];

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        var inner = new Scope(scope, HiddenNames);
        var (text, flow) = body.Capture(rendering, inner);
        if (flow != Flow.Next)
            return flow;
        var filtered = filter.Apply(rendering, inner, text) as Text
            ?? throw Fault.Operation("The filter of a filter block must give a text.");
        rendering.Output.Append(filtered.Content);
        return Flow.Next;
    }
}

/// <summary>A tag that is refused when it is reached, as jinja2 refuses it without a loader.</summary>
internal sealed class RefusedStatement(Position position, string tag) : Statement(position)
{
    protected override Flow Run(Rendering rendering, Scope scope) =>
        throw Fault.Operation($"The tag '{tag}' is not supported: a chat template is a single file.");
}
