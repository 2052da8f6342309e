namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A part of a template that has a value.</summary>
internal abstract class Expression
{
    // jinja2 itself gives up before that. It is counted, not left to the stack, of which a call takes more or less as the JIT likes.
    private const int MaxDepth = 1000;

    private readonly Expression[] _parts;
    private readonly int _depth = 1; // of the expressions inside one another

    /// <param name="position">Where it stands.</param>
    /// <param name="parts">The expressions that it is made of, in their order; null where one is left out.</param>
    /// <exception cref="Fault">It is nested too deeply.</exception>
    protected Expression(Position position, params IEnumerable<Expression?> parts)
    {
        (Position, _parts) = (position, [.. parts.OfType<Expression>()]);
        foreach (var part in _parts)
            _depth = Math.Max(_depth, part._depth + 1);
        if (_depth > MaxDepth)
            throw new Fault(
                ChatTemplateErrorKind.Limit, $"More than {MaxDepth} expressions stand inside one another, or in a chain.", position);
    }

    public Position Position { get; }

    public Value Evaluate(Rendering rendering, Scope scope)
    {
        rendering.Enter();
        rendering.Position = Position;
        var value = Compute(rendering, scope);
        rendering.Leave();
        return value;
    }

    /// <summary>Goes through the expressions that this one is made of.</summary>
    public void VisitParts(Action<Expression> visit)
    {
        foreach (var part in _parts)
            visit(part);
    }

    protected abstract Value Compute(Rendering rendering, Scope scope);
}

/// <summary>A number, text, True, False or None.</summary>
internal sealed class Constant(Position position, Value value) : Expression(position)
{
    protected override Value Compute(Rendering rendering, Scope scope) => value;
}

/// <summary>A variable.</summary>
internal sealed class Variable(Position position, string name) : Expression(position)
{
    public string Name => name;

    protected override Value Compute(Rendering rendering, Scope scope) => scope.Find(name) ?? Undefined.Variable(name);
}

/// <summary>[a, b].</summary>
internal sealed class ListLiteral(Position position, IReadOnlyList<Expression> items) : Expression(position, items)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        rendering.Allocate(SequenceValue.ItemSize * (items.Count + 1L));
        return new ListValue([.. items.Select(item => item.Evaluate(rendering, scope))]);
    }
}

/// <summary>a, b or (a, b).</summary>
internal sealed class TupleLiteral(Position position, IReadOnlyList<Expression> items) : Expression(position, items)
{
    public IReadOnlyList<Expression> Items => items;

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        rendering.Allocate(SequenceValue.ItemSize * (items.Count + 1L));
        return new TupleValue([.. items.Select(item => item.Evaluate(rendering, scope))]);
    }
}

/// <summary>{a: b}.</summary>
internal sealed class DictLiteral(Position position, IReadOnlyList<(Expression Key, Expression Value)> entries)
    : Expression(position, entries.SelectMany(entry => new[] { entry.Key, entry.Value }))
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var dict = new DictValue(rendering);
        foreach (var (key, value) in entries)
            dict.Set(key.Evaluate(rendering, scope), value.Evaluate(rendering, scope));
        return dict;
    }
}

/// <summary>a.b.</summary>
internal sealed class AttributeExpression(Position position, Expression owner, string name) : Expression(position, owner)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var value = owner.Evaluate(rendering, scope);
        rendering.Position = Position;
        return Access.Attribute(rendering, value, name);
    }
}

/// <summary>a[b].</summary>
internal sealed class ItemExpression(Position position, Expression owner, Expression key) : Expression(position, owner, key)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var (value, index) = (owner.Evaluate(rendering, scope), key.Evaluate(rendering, scope));
        rendering.Position = Position;
        return Access.Item(rendering, value, index);
    }
}

/// <summary>a[b:c:d].</summary>
internal sealed class SliceExpression(Position position, Expression owner, Expression?[] bounds) : Expression(position, [owner, .. bounds])
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var value = owner.Evaluate(rendering, scope);
        var values = bounds.Select(bound => bound?.Evaluate(rendering, scope)).ToArray();
        rendering.Position = Position;
        return Slicing.Slice(rendering, value, values[0], values[1], values[2]);
    }
}
