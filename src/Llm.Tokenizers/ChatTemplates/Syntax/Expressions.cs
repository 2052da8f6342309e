namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A part of a template that has a value.</summary>
internal abstract class Expression(Position position)
{
    public Position Position { get; } = position;

    public Value Evaluate(Rendering rendering, Scope scope)
    {
        rendering.Enter();
        rendering.Position = Position;
        var value = Compute(rendering, scope);
        rendering.Leave();
        return value;
    }

    /// <summary>Goes through the expressions that this one is made of.</summary>
    public virtual void VisitParts(Action<Expression> visit)
    {
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
internal sealed class ListLiteral(Position position, IReadOnlyList<Expression> items) : Expression(position)
{
    public override void VisitParts(Action<Expression> visit)
    {
        foreach (var item in items)
            visit(item);
    }

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        rendering.Allocate(SequenceValue.ItemSize * (items.Count + 1L));
        return new ListValue([.. items.Select(item => item.Evaluate(rendering, scope))]);
    }
}

/// <summary>a, b or (a, b).</summary>
internal sealed class TupleLiteral(Position position, IReadOnlyList<Expression> items) : Expression(position)
{
    public IReadOnlyList<Expression> Items => items;

    public override void VisitParts(Action<Expression> visit)
    {
        foreach (var item in items)
            visit(item);
    }

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        rendering.Allocate(SequenceValue.ItemSize * (items.Count + 1L));
        return new TupleValue([.. items.Select(item => item.Evaluate(rendering, scope))]);
    }
}

/// <summary>{a: b}.</summary>
internal sealed class DictLiteral(Position position, IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression(position)
{
    public override void VisitParts(Action<Expression> visit)
    {
        foreach (var (key, value) in entries)
        {
            visit(key);
            visit(value);
        }
    }

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var dict = new DictValue(rendering);
        foreach (var (key, value) in entries)
            dict.Set(key.Evaluate(rendering, scope), value.Evaluate(rendering, scope));
        return dict;
    }
}

/// <summary>a.b.</summary>
internal sealed class AttributeExpression(Position position, Expression owner, string name) : Expression(position)
{
    public override void VisitParts(Action<Expression> visit) => visit(owner);

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var value = owner.Evaluate(rendering, scope);
        rendering.Position = Position;
        return Access.Attribute(rendering, value, name);
    }
}

/// <summary>a[b].</summary>
internal sealed class ItemExpression(Position position, Expression owner, Expression key) : Expression(position)
{
    public override void VisitParts(Action<Expression> visit)
    {
        visit(owner);
        visit(key);
    }

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var (value, index) = (owner.Evaluate(rendering, scope), key.Evaluate(rendering, scope));
        rendering.Position = Position;
        return Access.Item(rendering, value, index);
    }
}

/// <summary>a[b:c:d].</summary>
internal sealed class SliceExpression(Position position, Expression owner, Expression?[] bounds) : Expression(position)
{
    public override void VisitParts(Action<Expression> visit)
    {
        visit(owner);
        foreach (var bound in bounds.OfType<Expression>())
            visit(bound);
    }

    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var value = owner.Evaluate(rendering, scope);
        var values = bounds.Select(bound => bound?.Evaluate(rendering, scope)).ToArray();
        rendering.Position = Position;
        return Slicing.Slice(rendering, value, values[0], values[1], values[2]);
    }
}
