namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A parameter of a macro, and what it is where the call leaves it out.</summary>
internal sealed record MacroParameter(string Name, Expression? Default);

/// <summary>What a macro, or the body of a call block, is made of.</summary>
internal sealed class MacroDefinition(string? name, IReadOnlyList<MacroParameter> parameters, Body body)
{
    public string? Name => name;

    public IReadOnlyList<MacroParameter> Parameters => parameters;

    public Body Body => body;

    /// <summary>Whether the body uses the variable caller.</summary>
    public bool TakesCaller { get; set; }

    /// <summary>Whether the body uses the variable kwargs: arguments by other names.</summary>
    public bool TakesKeywords { get; set; }

    /// <summary>Whether the body uses the variable varargs: more arguments than parameters.</summary>
    public bool TakesMore { get; set; }

    public IReadOnlyCollection<string> HiddenNames { get; set; } = [];
}

/// <summary>{% macro f(a) %} … {% endmacro %}.</summary>
internal sealed class MacroStatement(Position position, MacroDefinition macro) : Statement(position)
{
    public MacroDefinition Macro => macro;

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        scope.Set(macro.Name!, new MacroValue(macro, scope));
        return Flow.Next;
    }
}

/// <summary>{% call f() %} … {% endcall %}: the body is f's caller().</summary>
internal sealed class CallBlockStatement(Position position, CallExpression call, MacroDefinition caller) : Statement(position)
{
    public CallExpression Call => call;

    public MacroDefinition Caller => caller;

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        var result = call.EvaluateWithCaller(rendering, scope, new MacroValue(caller, scope));
        rendering.Output.Append((result as Text ?? throw Fault.Operation("What a call block calls must give a text.")).Content);
        return Flow.Next;
    }
}

/// <summary>
/// {% generation %} … {% endgeneration %}: what the assistant wrote. As in transformers, the span starts where the text that has come out
/// so far ends; within a macro, that is where the macro's own text will start.
/// </summary>
internal sealed class GenerationStatement(Position position, MacroDefinition content) : Statement(position)
{
    public MacroDefinition Content => content;

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        var text = new MacroValue(content, scope).Call(rendering, Arguments.None).ToString(rendering);
        rendering.Allocate(SequenceValue.ItemSize);
        rendering.Generations.Add(rendering.RootLength..(rendering.RootLength + text.Length));
        rendering.Output.Append(text);
        return Flow.Next;
    }
}

/// <summary>{% block a %} … {% endblock %}: rendered where it stands, as there is no template that could fill it.</summary>
internal sealed class BlockStatement(Position position, string name, bool isScoped, bool isRequired, Body body) : Statement(position)
{
    public string Name => name;

    public Body Body => body;

    public IReadOnlyCollection<string> HiddenNames { get; set; } = [];

    /// <param name="rendering">The rendering.</param>
    /// <param name="scope">The scope whose variables the block sees.</param>
    public void Render(Rendering rendering, Scope scope)
    {
        if (isRequired)
            throw Fault.Template($"The block '{name}' is required, but no template fills it.");
        var inner = new Scope(scope, HiddenNames);
        inner.Set("super", new Undefined($"There is no other block '{name}' above this one."));
        body.Execute(rendering, inner);
    }

    protected override Flow Run(Rendering rendering, Scope scope)
    {
        Render(rendering, isScoped ? scope : rendering.Root ?? scope);
        return Flow.Next;
    }
}
