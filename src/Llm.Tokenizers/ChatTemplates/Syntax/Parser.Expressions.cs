namespace Llm.Tokenizers.ChatTemplates;

internal sealed partial class Parser
{
    private static readonly string[] Reserved = ["true", "false", "none", "True", "False", "None"];

    private string ParseNewName()
    {
        var token = Expect(TokenKind.Name, "a name");
        return Reserved.Contains(token.Content) ? throw Fault.Syntax($"'{token.Content}' cannot be set.", token.Position) : token.Content;
    }

    private Target ParseTarget(bool allowsNamespace)
    {
        var position = Current.Position;
        var targets = new List<Target>();
        var isTuple = false;
        while (!IsTupleEnd())
        {
            targets.Add(ParseTargetItem(allowsNamespace));
            if (!TakeOperator(","))
                break;
            isTuple = true;
        }
        if (targets.Count == 0)
            throw Unexpected("a name");
        return isTuple ? new TupleTarget(position, targets) : targets[0];
    }

    private Target ParseTargetItem(bool allowsNamespace)
    {
        var token = Current;
        var isAttribute = allowsNamespace && token.Kind == TokenKind.Name && !Reserved.Contains(token.Content) && Peek().IsOperator(".");
        if (!isAttribute)
            return ToTarget(ParsePrimary());
        Take();
        ExpectOperator(".");
        return new AttributeTarget(token.Position, token.Content, Expect(TokenKind.Name, "the name of an attribute").Content);
    }

    private static Target ToTarget(Expression expression) => expression switch
    {
        Variable variable => new NameTarget(variable.Position, variable.Name),
        TupleLiteral tuple => new TupleTarget(tuple.Position, [.. tuple.Items.Select(ToTarget)]),
        _ => throw Fault.Syntax("Only names can be set.", expression.Position),
    };

    private Expression ParseExpression(bool withCondition = true) => withCondition ? ParseCondition() : ParseOr();

    private Expression ParseCondition()
    {
        Enter();
        var expression = ParseOr();
        while (Current.IsName("if"))
        {
            var position = Take().Position;
            var test = ParseOr();
            expression = new ConditionalExpression(position, test, expression, TakeName("else") ? ParseCondition() : null);
        }
        _nesting--;
        return expression;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (Current.IsName("or"))
            left = new LogicExpression(Take().Position, isAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (Current.IsName("and"))
            left = new LogicExpression(Take().Position, isAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!Current.IsName("not"))
            return ParseComparison();
        Enter();
        var expression = new NotExpression(Take().Position, ParseNot());
        _nesting--;
        return expression;
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var position = Current.Position;
        var others = new List<(ComparisonOperator, Expression)>();
        while (TakeComparison() is { } comparison)
            others.Add((comparison, ParseSum()));
        return others.Count == 0 ? first : new ComparisonExpression(position, first, others);
    }

    private ComparisonOperator? TakeComparison()
    {
        var isNotIn = Current.IsName("not") && Peek().IsName("in");
        ComparisonOperator? found = isNotIn ? ComparisonOperator.NotIn : (Current.Kind, Current.Content) switch
        {
            (TokenKind.Operator, "==") => ComparisonOperator.Equal,
            (TokenKind.Operator, "!=") => ComparisonOperator.NotEqual,
            (TokenKind.Operator, "<") => ComparisonOperator.Less,
            (TokenKind.Operator, "<=") => ComparisonOperator.LessOrEqual,
            (TokenKind.Operator, ">") => ComparisonOperator.Greater,
            (TokenKind.Operator, ">=") => ComparisonOperator.GreaterOrEqual,
            (TokenKind.Name, "in") => ComparisonOperator.In,
            _ => null,
        };
        if (found is not null)
            _index += isNotIn ? 2 : 1;
        return found;
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (Current.IsOperator("+") || Current.IsOperator("-"))
        {
            var token = Take();
            var operation = token.Content == "+" ? ArithmeticOperator.Add : ArithmeticOperator.Subtract;
            left = new ArithmeticExpression(token.Position, operation, left, ParseConcatenation());
        }
        return left;
    }

    private Expression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!Current.IsOperator("~"))
            return first;
        var position = Current.Position;
        var items = new List<Expression> { first };
        while (TakeOperator("~"))
            items.Add(ParseProduct());
        return new ConcatenationExpression(position, items);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (true)
        {
            ArithmeticOperator? operation = Current.Kind != TokenKind.Operator ? null : Current.Content switch
            {
                "*" => ArithmeticOperator.Multiply,
                "/" => ArithmeticOperator.Divide,
                "//" => ArithmeticOperator.FloorDivide,
                "%" => ArithmeticOperator.Modulo,
                _ => null,
            };
            if (operation is null)
                return left;
            left = new ArithmeticExpression(Take().Position, operation.Value, left, ParsePower());
        }
    }

    private Expression ParsePower()
    {
        var left = ParseUnary();
        while (Current.IsOperator("**"))
            left = new ArithmeticExpression(Take().Position, ArithmeticOperator.Power, left, ParseUnary());
        return left;
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        Expression expression;
        if (Current.IsOperator("-") || Current.IsOperator("+"))
        {
            Enter();
            var token = Take();
            expression = new SignExpression(token.Position, token.Content == "-", ParseUnary(withFilters: false));
            _nesting--;
        }
        else
        {
            expression = ParsePrimary();
        }
        expression = ParsePostfix(expression);
        return withFilters ? ParseFiltersAndTests(expression) : expression;
    }

    private Expression ParsePrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Take();
                return NameOrConstant(token);
            case TokenKind.Text:
                return ParseTexts();
            case TokenKind.Number:
                return new Constant(token.Position, Take().Value!);
            case TokenKind.Operator when token.Content == "(":
                Take();
                Enter();
                var inner = ParseTuple(isInParentheses: true);
                _nesting--;
                ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Content == "[":
                return ParseList();
            case TokenKind.Operator when token.Content == "{":
                return ParseDict();
            default:
                throw Unexpected("a value");
        }
    }

    private static Expression NameOrConstant(Token token) => token.Content switch
    {
        "true" or "True" => new Constant(token.Position, BooleanValue.True),
        "false" or "False" => new Constant(token.Position, BooleanValue.False),
        "none" or "None" => new Constant(token.Position, NoneValue.None),
        _ => new Variable(token.Position, token.Content),
    };

    // Texts in a row are one.
    private Constant ParseTexts()
    {
        var first = Take();
        if (Current.Kind != TokenKind.Text)
            return new Constant(first.Position, first.Value!);
        var text = new System.Text.StringBuilder(((Text)first.Value!).Content);
        while (Current.Kind == TokenKind.Text)
            text.Append(((Text)Take().Value!).Content);
        return new Constant(first.Position, new Text(text.ToString()));
    }

    private bool IsTupleEnd() => Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd || Current.IsOperator(")");

    // One expression, or several with commas between and perhaps behind them.
    private Expression ParseTuple(bool withCondition = true, bool isInParentheses = false)
    {
        var position = Current.Position;
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd())
        {
            items.Add(ParseExpression(withCondition));
            if (!TakeOperator(","))
                break;
            isTuple = true;
        }
        if (isTuple || (items.Count == 0 && isInParentheses))
            return new TupleLiteral(position, items);
        return items.Count == 1 ? items[0] : throw Unexpected("a value");
    }

    private ListLiteral ParseList()
    {
        var position = Take().Position;
        var items = new List<Expression>();
        while (!TakeOperator("]"))
        {
            if (items.Count > 0)
                ExpectOperator(",");
            if (TakeOperator("]"))
                break;
            items.Add(ParseExpression());
        }
        return new ListLiteral(position, items);
    }

    private DictLiteral ParseDict()
    {
        var position = Take().Position;
        var entries = new List<(Expression, Expression)>();
        while (!TakeOperator("}"))
        {
            if (entries.Count > 0)
                ExpectOperator(",");
            if (TakeOperator("}"))
                break;
            var key = ParseExpression();
            ExpectOperator(":");
            entries.Add((key, ParseExpression()));
        }
        return new DictLiteral(position, entries);
    }
}
