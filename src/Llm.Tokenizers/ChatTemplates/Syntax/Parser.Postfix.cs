namespace Llm.Tokenizers.ChatTemplates;

internal sealed partial class Parser
{
    private Expression ParsePostfix(Expression expression)
    {
        while (Current.Kind == TokenKind.Operator)
        {
            switch (Current.Content)
            {
                case ".":
                    expression = ParseMember(expression);
                    break;
                case "[":
                    expression = ParseSubscript(expression);
                    break;
                case "(":
                    expression = ParseCall(expression);
                    break;
                default:
                    return expression;
            }
        }
        return expression;
    }

    private Expression ParseFiltersAndTests(Expression expression)
    {
        while (true)
        {
            if (TakeOperator("|"))
                expression = ParseFilter(expression);
            else if (Current.IsName("is"))
                expression = ParseTest(expression);
            else if (Current.IsOperator("("))
                expression = ParseCall(expression);
            else
                return expression;
        }
    }

    private Expression ParseMember(Expression owner)
    {
        var position = Take().Position;
        if (Current.Kind == TokenKind.Name)
            return new AttributeExpression(position, owner, Take().Content);
        if (Current is not { Kind: TokenKind.Number, Value: IntegerValue index })
            throw Unexpected("a name or a number");
        return new ItemExpression(position, owner, new Constant(Take().Position, index));
    }

    private Expression ParseSubscript(Expression owner)
    {
        var position = Take().Position;
        var keys = new List<Expression>();
        while (!TakeOperator("]"))
        {
            if (keys.Count > 0)
                ExpectOperator(",");
            var start = Current.IsOperator(":") ? null : ParseExpression();
            if (!Current.IsOperator(":"))
                keys.Add(start!);
            else if (keys.Count > 0)
                throw Fault.Syntax("A slice must stand alone between brackets.", Current.Position);
            else
                return ParseSlice(position, owner, start);
        }
        return new ItemExpression(position, owner, keys is [var key] ? key : new TupleLiteral(position, keys));
    }

    private SliceExpression ParseSlice(Position position, Expression owner, Expression? start)
    {
        ExpectOperator(":");
        var stop = Current.IsOperator(":") || Current.IsOperator("]") ? null : ParseExpression();
        var step = TakeOperator(":") && !Current.IsOperator("]") ? ParseExpression() : null;
        ExpectOperator("]");
        return new SliceExpression(position, owner, [start, stop, step]);
    }

    private CallExpression ParseCall(Expression callee)
    {
        var position = Current.Position;
        return new CallExpression(position, callee, ParseArguments());
    }

    private ArgumentList ParseArguments()
    {
        var open = Take();
        var positional = new List<Expression>();
        var keywords = new List<KeyValuePair<string, Expression>>();
        Expression? rest = null, named = null;
        while (!TakeOperator(")"))
        {
            if (positional.Count + keywords.Count > 0 || rest is not null || named is not null)
            {
                ExpectOperator(",");
                if (TakeOperator(")"))
                    break;
            }
            if (named is not null || (rest is not null && !Current.IsOperator("**") && !IsKeyword()))
                throw Fault.Syntax("Nothing may follow '**', and only names and '**' may follow '*'.", open.Position);
            if (TakeOperator("*"))
                rest = ParseExpression();
            else if (TakeOperator("**"))
                named = ParseExpression();
            else if (IsKeyword())
                keywords.Add(ParseKeyword());
            else if (keywords.Count > 0)
                throw Fault.Syntax("An argument without a name follows one with a name.", Current.Position);
            else
                positional.Add(ParseExpression());
        }
        return new ArgumentList(positional, keywords, rest, named);
    }

    private bool IsKeyword() => Current.Kind == TokenKind.Name && Peek().IsOperator("=");

    private KeyValuePair<string, Expression> ParseKeyword()
    {
        var name = Take().Content;
        ExpectOperator("=");
        return KeyValuePair.Create(name, ParseExpression());
    }

    // Behind '|'.
    private FilterExpression ParseFilter(Expression? input)
    {
        var (position, name) = (Current.Position, ParseDottedName("the name of a filter"));
        return new FilterExpression(position, input, name, Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty);
    }

    private string ParseDottedName(string description)
    {
        var name = Expect(TokenKind.Name, description).Content;
        while (TakeOperator("."))
            name += "." + Expect(TokenKind.Name, description).Content;
        return name;
    }

    private Expression ParseTest(Expression input)
    {
        var position = Take().Position;
        var isNegated = TakeName("not");
        var name = ParseDottedName("the name of a test");
        var test = new TestExpression(position, input, name, ParseTestArguments());
        return isNegated ? new NotExpression(position, test) : test;
    }

    // 'is divisibleby 3' stands for 'is divisibleby(3)'.
    private ArgumentList ParseTestArguments()
    {
        if (Current.IsOperator("("))
            return ParseArguments();
        var startsValue = Current.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Number
            || Current.IsOperator("[") || Current.IsOperator("{");
        if (!startsValue || Current.IsName("else") || Current.IsName("or") || Current.IsName("and"))
            return ArgumentList.Empty;
        if (Current.IsName("is"))
            throw Fault.Syntax("A test cannot follow another. Put the first one into parentheses.", Current.Position);
        return new ArgumentList([ParsePostfix(ParsePrimary())], []);
    }
}
