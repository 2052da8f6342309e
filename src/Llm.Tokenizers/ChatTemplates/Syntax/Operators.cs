namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The operators between two numbers.</summary>
internal enum ArithmeticOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

/// <summary>The operators of a comparison.</summary>
internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary>a + b and the like.</summary>
internal sealed class ArithmeticExpression(Position position, ArithmeticOperator operation, Expression left, Expression right)
    : Expression(position, left, right)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var (a, b) = (left.Evaluate(rendering, scope), right.Evaluate(rendering, scope));
        rendering.Position = Position;
        return Arithmetic.Apply(rendering, operation, a, b);
    }
}

/// <summary>-a or +a.</summary>
internal sealed class SignExpression(Position position, bool isNegative, Expression operand) : Expression(position, operand)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var value = operand.Evaluate(rendering, scope);
        rendering.Position = Position;
        return isNegative ? Arithmetic.Negate(value) : Arithmetic.Plus(value);
    }
}

/// <summary>not a.</summary>
internal sealed class NotExpression(Position position, Expression operand) : Expression(position, operand)
{
    protected override Value Compute(Rendering rendering, Scope scope) => BooleanValue.Of(!operand.Evaluate(rendering, scope).IsTrue);
}

/// <summary>a and b, a or b: the value that decides.</summary>
internal sealed class LogicExpression(Position position, bool isAnd, Expression left, Expression right) : Expression(position, left, right)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var value = left.Evaluate(rendering, scope);
        return value.IsTrue == isAnd ? right.Evaluate(rendering, scope) : value;
    }
}

/// <summary>a ~ b: both as text.</summary>
internal sealed class ConcatenationExpression(Position position, IReadOnlyList<Expression> items) : Expression(position, items)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var text = new TextBuilder(rendering);
        foreach (var value in items.Select(item => item.Evaluate(rendering, scope)).ToArray())
            text.Append(value.ToString(rendering));
        return text.ToText();
    }
}

/// <summary>a &lt; b, also in chains: a &lt; b &lt; c holds where both parts do.</summary>
internal sealed class ComparisonExpression(
    Position position, Expression first, IReadOnlyList<(ComparisonOperator Operator, Expression Operand)> others)
    : Expression(position, [first, .. others.Select(other => other.Operand)])
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        var left = first.Evaluate(rendering, scope);
        foreach (var (comparison, operand) in others)
        {
            var right = operand.Evaluate(rendering, scope);
            rendering.Position = Position;
            if (!Holds(rendering, comparison, left, right))
                return BooleanValue.False;
            left = right;
        }
        return BooleanValue.True;
    }

    private static bool Holds(Rendering rendering, ComparisonOperator comparison, Value left, Value right) => comparison switch
    {
        ComparisonOperator.Equal => Comparison.AreEqual(rendering, left, right),
        ComparisonOperator.NotEqual => !Comparison.AreEqual(rendering, left, right),
        ComparisonOperator.In => Comparison.Contains(rendering, right, left),
        ComparisonOperator.NotIn => !Comparison.Contains(rendering, right, left),
        _ => Comparison.IsOrdered(rendering, comparison, left, right),
    };
}

/// <summary>a if b else c.</summary>
internal sealed class ConditionalExpression(Position position, Expression test, Expression then, Expression? otherwise)
    : Expression(position, test, then, otherwise)
{
    protected override Value Compute(Rendering rendering, Scope scope)
    {
        if (test.Evaluate(rendering, scope).IsTrue)
            return then.Evaluate(rendering, scope);
        return otherwise?.Evaluate(rendering, scope) ?? new Undefined("The condition is false, and there is no else.");
    }
}
