using System.Runtime.CompilerServices;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Statements of a template; the other part reads expressions.</summary>
internal sealed partial class Parser
{
    private const int MaxNesting = 200; // of blocks and of parentheses; jinja2 itself gives up before that

    private readonly List<Token> _tokens;
    private readonly Dictionary<string, BlockStatement> _blocks = new(StringComparer.Ordinal);
    private readonly Stack<string> _tags = []; // that are open
    private int _index;
    private int _nesting;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_index];

    /// <exception cref="Fault">The template is not well formed.</exception>
    public static ParsedTemplate Parse(string template)
    {
        var parser = new Parser(Lexer.Tokenize(template));
        var body = parser.ParseBody([]);
        var parsed = new ParsedTemplate(body, parser._blocks);
        new NameAnalysis().Analyze(parsed);
        return parsed;
    }

    private Token Peek(int distance = 1) => _tokens[Math.Min(_index + distance, _tokens.Count - 1)];

    private Token Take()
    {
        var token = Current;
        if (token.Kind != TokenKind.End)
            _index++;
        return token;
    }

    private bool TakeName(string name)
    {
        if (!Current.IsName(name))
            return false;
        _index++;
        return true;
    }

    private bool TakeOperator(string symbol)
    {
        if (!Current.IsOperator(symbol))
            return false;
        _index++;
        return true;
    }

    private Token Expect(TokenKind kind, string description) => Current.Kind == kind ? Take() : throw Unexpected(description);

    private void ExpectOperator(string symbol)
    {
        if (!TakeOperator(symbol))
            throw Unexpected($"'{symbol}'");
    }

    private void ExpectName(string name)
    {
        if (!TakeName(name))
            throw Unexpected($"'{name}'");
    }

    private Fault Unexpected(string expected) => Fault.Syntax($"Expected {expected}, but found {Current.Describe()}.", Current.Position);

    private void Enter()
    {
        if (++_nesting > MaxNesting)
            throw new Fault(
                ChatTemplateErrorKind.Limit, $"More than {MaxNesting} blocks or expressions stand inside one another.", Current.Position);
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    // Up to one of the tags that end it, or to the end of the template where there are none.
    private Body ParseBody(string[] ends)
    {
        Enter();
        var statements = new List<Statement>();
        while (Current.Kind != TokenKind.End)
        {
            var token = Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new DataStatement(token.Position, token.Content));
                    break;
                case TokenKind.PrintBegin:
                    statements.Add(new PrintStatement(Current.Position, ParseTuple()));
                    Expect(TokenKind.PrintEnd, "'}}'");
                    break;
                case var _ when Current.Kind == TokenKind.Name && ends.Contains(Current.Content):
                    _nesting--;
                    return new Body(statements);
                default:
                    statements.AddRange(ParseStatement(ends));
                    Expect(TokenKind.BlockEnd, "'%}'");
                    break;
            }
        }
        if (ends.Length > 0)
            throw Fault.Syntax($"The template ends within '{_tags.Peek()}': expected {Alternatives(ends)}.", Current.Position);
        return new Body(statements);
    }

    // Behind '%}', with the tag that ends the body taken.
    private Body ParseBlock(params string[] ends)
    {
        TakeOperator(":");
        Expect(TokenKind.BlockEnd, "'%}'");
        return ParseBody(ends);
    }

    private Body ParseWholeBlock(string end)
    {
        var body = ParseBlock(end);
        Take();
        return body;
    }

    private IEnumerable<Statement> ParseStatement(string[] ends)
    {
        var tag = Expect(TokenKind.Name, "the name of a tag");
        _tags.Push(tag.Content);
        IEnumerable<Statement> statements = tag.Content switch
        {
            "for" => [ParseFor(tag)],
            "if" => [ParseIf(tag)],
            "set" => [ParseSet(tag)],
            "macro" => [new MacroStatement(tag.Position, ParseMacro())],
            "call" => [ParseCallBlock(tag)],
            "filter" => [ParseFilterBlock(tag)],
            "with" => [ParseWith(tag)],
            "generation" => [new GenerationStatement(tag.Position, new MacroDefinition(null, [], ParseWholeBlock("endgeneration")))],
            "block" => [ParseNamedBlock(tag)],
            "print" => ParsePrint(tag),
            "break" => [new JumpStatement(tag.Position, Flow.Break)],
            "continue" => [new JumpStatement(tag.Position, Flow.Continue)],
            "include" or "extends" or "import" or "from" => [ParseRefused(tag)],
            "autoescape" => throw Fault.Syntax("The tag 'autoescape' is not supported.", tag.Position),
            _ => throw UnknownTag(tag, ends),
        };
        _tags.Pop();
        return statements;
    }

    private Fault UnknownTag(Token tag, string[] ends)
    {
        _tags.Pop();
        var hint = ends.Length > 0 ? $" Within '{_tags.Peek()}', {Alternatives(ends)} was expected." : "";
        return Fault.Syntax($"'{tag.Content}' is not a tag that can stand here.{hint}", tag.Position);
    }

    private static string Alternatives(string[] tags) => string.Join(" or ", tags.Select(tag => $"'{tag}'"));

    private ForStatement ParseFor(Token tag)
    {
        var target = ParseTarget(allowsNamespace: false);
        ExpectName("in");
        var iterable = ParseTuple(withCondition: false);
        var test = TakeName("if") ? ParseExpression() : null;
        var isRecursive = TakeName("recursive");
        var body = ParseBlock("endfor", "else");
        var otherwise = Take().Content == "else" ? ParseWholeBlock("endfor") : Body.Empty;
        return new ForStatement(tag.Position, target, iterable, test, isRecursive, body, otherwise);
    }

    private IfStatement ParseIf(Token tag)
    {
        var branches = new List<(Expression, Body)>();
        while (true)
        {
            var test = ParseTuple(withCondition: false);
            branches.Add((test, ParseBlock("elif", "else", "endif")));
            var next = Take();
            if (next.Content == "elif")
                continue;
            return new IfStatement(tag.Position, branches, next.Content == "else" ? ParseWholeBlock("endif") : Body.Empty);
        }
    }

    private Statement ParseSet(Token tag)
    {
        var target = ParseTarget(allowsNamespace: true);
        if (TakeOperator("="))
            return new SetStatement(tag.Position, target, ParseTuple());
        FilterExpression? filter = null;
        while (TakeOperator("|"))
            filter = ParseFilter(filter);
        return new SetBlockStatement(tag.Position, target, filter, ParseWholeBlock("endset"));
    }

    private MacroDefinition ParseMacro()
    {
        var name = ParseNewName();
        var parameters = ParseParameters();
        return new MacroDefinition(name, parameters, ParseWholeBlock("endmacro"));
    }

    private List<MacroParameter> ParseParameters()
    {
        var parameters = new List<MacroParameter>();
        ExpectOperator("(");
        while (!TakeOperator(")"))
        {
            if (parameters.Count > 0)
                ExpectOperator(",");
            var name = ParseNewName();
            var fallback = TakeOperator("=") ? ParseExpression() : null;
            if (fallback is null && parameters.Any(parameter => parameter.Default is not null))
                throw Fault.Syntax($"'{name}' needs a default, as a parameter before it has one.", Current.Position);
            if (parameters.Any(parameter => parameter.Name == name))
                throw Fault.Syntax($"There are two parameters '{name}'.", Current.Position);
            parameters.Add(new MacroParameter(name, fallback));
        }
        return parameters;
    }

    private CallBlockStatement ParseCallBlock(Token tag)
    {
        var parameters = Current.IsOperator("(") ? ParseParameters() : [];
        var call = ParseExpression() as CallExpression ?? throw Fault.Syntax("'call' needs a call, such as f().", tag.Position);
        return new CallBlockStatement(tag.Position, call, new MacroDefinition(null, parameters, ParseWholeBlock("endcall")));
    }

    private FilterBlockStatement ParseFilterBlock(Token tag)
    {
        var filter = ParseFilter(null);
        while (TakeOperator("|"))
            filter = ParseFilter(filter);
        return new FilterBlockStatement(tag.Position, filter, ParseWholeBlock("endfilter"));
    }

    private WithStatement ParseWith(Token tag)
    {
        var variables = new List<(Target, Expression)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
                ExpectOperator(",");
            var target = ParseTarget(allowsNamespace: false);
            ExpectOperator("=");
            variables.Add((target, ParseExpression()));
        }
        return new WithStatement(tag.Position, variables, ParseWholeBlock("endwith"));
    }

    private BlockStatement ParseNamedBlock(Token tag)
    {
        var name = Expect(TokenKind.Name, "the name of the block").Content;
        var isScoped = TakeName("scoped");
        var isRequired = TakeName("required");
        var body = ParseWholeBlock("endblock");
        if (isRequired && body.Statements.Any(statement => statement is not DataStatement { IsBlank: true }))
            throw Fault.Syntax("A block that is required may hold nothing but white space.", tag.Position);
        TakeName(name);
        var block = new BlockStatement(tag.Position, name, isScoped, isRequired, body);
        return _blocks.TryAdd(name, block) ? block : throw Fault.Syntax($"There are two blocks '{name}'.", tag.Position);
    }

    private List<Statement> ParsePrint(Token tag)
    {
        var statements = new List<Statement>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (statements.Count > 0)
                ExpectOperator(",");
            statements.Add(new PrintStatement(tag.Position, ParseExpression()));
        }
        return statements;
    }

    private RefusedStatement ParseRefused(Token tag)
    {
        ParseExpression();
        while (Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
            Take();
        return new RefusedStatement(tag.Position, tag.Content);
    }
}
