namespace Llm.Tokenizers.ChatTemplates;

/// <summary>{% for a in b if c %} … {% else %} … {% endfor %}.</summary>
internal sealed class ForStatement(
    Position position, Target target, Expression iterable, Expression? test, bool isRecursive, Body body, Body otherwise)
    : Statement(position)
{
    public Target Target => target;

    public Expression Iterable => iterable;

    public Expression? Test => test;

    public bool IsRecursive => isRecursive;

    public Body Body => body;

    public Body Otherwise => otherwise;

    public IReadOnlyCollection<string> HiddenNames { get; set; } = [];

    public IReadOnlyCollection<string> HiddenInElse { get; set; } = [];

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        var items = iterable.Evaluate(rendering, scope);
        rendering.Position = Position;
        if (!isRecursive)
            return Loop(rendering, scope, items, depth: 0, recurse: null);
        rendering.Output.Append(Recurse(rendering, scope, items, depth: 0).Content);
        return Flow.Next;
    }

    private Text Recurse(Rendering rendering, Scope scope, Value items, int depth)
    {
        rendering.Enter();
        var outer = rendering.BeginCapture();
        Loop(rendering, scope, items, depth, (nested, level) => Recurse(rendering, scope, nested, level));
        rendering.Leave();
        return rendering.EndCapture(outer);
    }

    private Flow Loop(Rendering rendering, Scope scope, Value items, int depth, Func<Value, int, Text>? recurse)
    {
        var each = rendering.Each(items);
        if (test is not null)
            each = Filter(rendering, scope, each, test);
        var loop = new LoopValue(rendering, test is null ? items : null, each, depth, recurse);
        var hasRun = false;
        while (loop.MoveNext() is { } item)
        {
            var round = new Scope(scope, HiddenNames);
            round.Set("loop", loop);
            target.Assign(rendering, round, item);
            var flow = body.Execute(rendering, round);
            hasRun |= flow == Flow.Next; // jinja2 notes it at the end of a round, which break and continue skip
            if (flow == Flow.Break)
                break;
        }
        return hasRun ? Flow.Next : otherwise.Execute(rendering, new Scope(scope, HiddenInElse));
    }

    private IEnumerable<Value> Filter(Rendering rendering, Scope scope, IEnumerable<Value> items, Expression condition)
    {
        foreach (var item in items)
        {
            var inner = new Scope(scope);
            target.Assign(rendering, inner, item);
            if (condition.Evaluate(rendering, inner).IsTrue)
                yield return item;
        }
    }
}
