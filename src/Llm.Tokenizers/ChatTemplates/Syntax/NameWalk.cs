using System.Runtime.CompilerServices;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Goes through the names of statements in the order in which jinja2 does.</summary>
/// <param name="used">Takes a name whose value is used.</param>
/// <param name="set">Takes a name that is set, or is a parameter.</param>
internal sealed class NameWalk(Action<string> used, Action<string> set)
{
    public void Visit(Body body)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in body.Statements)
            Visit(statement);
    }

    public void Visit(Expression expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (expression is Variable variable)
            used(variable.Name);
        expression.VisitParts(Visit);
    }

    private void Visit(Statement statement)
    {
        switch (statement)
        {
            case PrintStatement print:
                Visit(print.Value);
                break;
            case IfStatement branching:
                VisitAll(branching);
                break;
            case ForStatement loop:
                loop.Target.VisitNames(set, used);
                Visit(loop.Iterable);
                Visit(loop.Body);
                Visit(loop.Otherwise);
                VisitOptional(loop.Test);
                break;
            case SetStatement assignment:
                assignment.Target.VisitNames(set, used);
                Visit(assignment.Value);
                break;
            case SetBlockStatement assignment:
                assignment.Target.VisitNames(set, used);
                VisitOptional(assignment.Filter);
                Visit(assignment.Body);
                break;
            case WithStatement with:
                VisitAll(with);
                break;
            case FilterBlockStatement filtered:
                Visit(filtered.Body);
                Visit(filtered.Filter);
                break;
            case MacroStatement { Macro: var macro }:
                VisitAll(macro);
                break;
            case CallBlockStatement call:
                Visit(call.Call);
                VisitAll(call.Caller);
                break;
            case GenerationStatement generation:
                VisitAll(generation.Content);
                break;
        }
    }

    private void VisitAll(IfStatement branching)
    {
        foreach (var (test, body) in branching.Branches)
        {
            Visit(test);
            Visit(body);
        }
        Visit(branching.Otherwise);
    }

    private void VisitAll(WithStatement with)
    {
        foreach (var (target, _) in with.Variables)
            target.VisitNames(set, used);
        foreach (var (_, value) in with.Variables)
            Visit(value);
        Visit(with.Body);
    }

    private void VisitAll(MacroDefinition macro)
    {
        foreach (var parameter in macro.Parameters)
            set(parameter.Name);
        foreach (var parameter in macro.Parameters)
            VisitOptional(parameter.Default);
        Visit(macro.Body);
    }

    private void VisitOptional(Expression? expression)
    {
        if (expression is not null)
            Visit(expression);
    }
}
