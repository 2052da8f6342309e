using System.Runtime.CompilerServices;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// What jinja2 finds out when it compiles a template: which names are hidden in which scope, what macros do with special names, and what
/// is wrong before anything runs: unknown filters and tests, jumps outside loops.
/// </summary>
internal sealed class NameAnalysis
{
    private ParsedTemplate? _template;

    /// <param name="Names">The names of the scope.</param>
    /// <param name="IsSoft">In an if, where unknown filters are errors only once they are reached.</param>
    /// <param name="IsInLoop">Whether break and continue are allowed.</param>
    /// <param name="IsBelowLoop">Whether a loop stands somewhere around, so that its variable must not be set.</param>
    private sealed record Frame(FrameNames Names, bool IsSoft, bool IsInLoop, bool IsBelowLoop)
    {
        /// <summary>A scope inside this one.</summary>
        public Frame Inner(FrameNames names) => this with { Names = names, IsSoft = false };

        /// <summary>A scope inside this one that jumps cannot leave.</summary>
        public Frame Closed(FrameNames names) => this with { Names = names, IsSoft = false, IsInLoop = false };
    }

    public void Analyze(ParsedTemplate template)
    {
        _template = template;
        var names = new FrameNames(null);
        names.Declare("self");
        Collect(template.Body, names);
        template.HiddenNames = names.Hidden;
        Check(template.Body, new Frame(names, IsSoft: false, IsInLoop: false, IsBelowLoop: false));
        foreach (var block in template.Blocks.Values)
        {
            var own = new FrameNames(null);
            own.Declare("self");
            own.Declare("super");
            Collect(block.Body, own);
            block.HiddenNames = own.Hidden;
            Check(block.Body, new Frame(own, IsSoft: false, IsInLoop: false, IsBelowLoop: false));
        }
    }

    // The names of one scope; those inside are left to Check.
    private static void Collect(Body body, FrameNames names)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in body.Statements)
            Collect(statement, names);
    }

    private static void Collect(Statement statement, FrameNames names)
    {
        var walk = new NameWalk(names.Use, names.Set);
        switch (statement)
        {
            case PrintStatement print:
                walk.Visit(print.Value);
                break;
            case IfStatement branching:
                CollectBranches(branching, names);
                break;
            case SetStatement assignment:
                walk.Visit(assignment.Value);
                assignment.Target.VisitNames(names.Set, names.Use);
                break;
            case SetBlockStatement assignment:
                assignment.Target.VisitNames(names.Set, names.Use);
                break;
            case WithStatement with:
                foreach (var (_, value) in with.Variables)
                    walk.Visit(value);
                break;
            case ForStatement loop:
                walk.Visit(loop.Iterable);
                break;
            case FilterBlockStatement filtered:
                walk.Visit(filtered.Filter);
                break;
            case MacroStatement { Macro.Name: var name }:
                names.Set(name!);
                break;
            case CallBlockStatement call:
                walk.Visit(call.Call);
                break;
        }
    }

    private static void CollectBranches(IfStatement branching, FrameNames names)
    {
        var walk = new NameWalk(names.Use, names.Set);
        var branches = new List<FrameNames>();
        foreach (var (test, body) in branching.Branches)
        {
            walk.Visit(test);
            branches.Add(names.Branch());
            Collect(body, branches[^1]);
        }
        branches.Add(names.Branch());
        Collect(branching.Otherwise, branches[^1]);
        foreach (var branch in branches)
            names.Merge(branch);
    }

    private void Check(Body body, Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in body.Statements)
            Check(statement, frame);
    }

    private void Check(Statement statement, Frame frame)
    {
        switch (statement)
        {
            case PrintStatement print:
                Check(print.Value, frame.IsSoft);
                break;
            case IfStatement branching:
                CheckBranches(branching, frame with { IsSoft = true });
                break;
            case ForStatement loop:
                CheckLoop(loop, frame);
                break;
            case SetStatement assignment:
                Check(assignment.Value, frame.IsSoft);
                CheckTarget(assignment.Target, frame);
                break;
            case JumpStatement jump when !frame.IsInLoop:
                throw Fault.Syntax($"'{jump.Tag}' stands outside a loop.", jump.Position);
            case MacroStatement { Macro: var macro, Position: var position }:
                CheckMacro(macro, position, frame);
                break;
            case CallBlockStatement call:
                Check(call.Call, frame.IsSoft);
                CheckMacro(call.Caller, call.Position, frame);
                break;
            case GenerationStatement generation:
                _template!.HasGenerations = true;
                CheckMacro(generation.Content, generation.Position, frame);
                break;
            default:
                CheckCapture(statement, frame);
                break;
        }
    }

    private void CheckBranches(IfStatement branching, Frame frame)
    {
        foreach (var (test, body) in branching.Branches)
        {
            Check(test, isSoft: true);
            Check(body, frame);
        }
        Check(branching.Otherwise, frame);
    }

    private void CheckLoop(ForStatement loop, Frame frame)
    {
        Check(loop.Iterable, frame.IsSoft);
        if (loop.Test is not null)
            Check(loop.Test, isSoft: false);
        var inner = new FrameNames(frame.Names);
        inner.Declare("loop");
        loop.Target.VisitNames(inner.Declare, _ => { });
        Collect(loop.Body, inner);
        loop.HiddenNames = inner.Hidden;
        var round = frame.Inner(inner) with { IsInLoop = true, IsBelowLoop = true };
        CheckTarget(loop.Target, round);
        Check(loop.Body, round);
        var otherwise = new FrameNames(frame.Names);
        Collect(loop.Otherwise, otherwise);
        loop.HiddenInElse = otherwise.Hidden;
        Check(loop.Otherwise, frame.Inner(otherwise) with { IsInLoop = frame.IsInLoop && !loop.IsRecursive, IsBelowLoop = true });
    }

    private static void CheckTarget(Target target, Frame frame) => target.VisitNames(
        name =>
        {
            if (name == "loop" && frame.IsBelowLoop)
                throw Fault.Syntax("The variable 'loop' cannot be set within a loop.", target.Position);
        },
        _ => { });

    private void CheckMacro(MacroDefinition macro, Position position, Frame frame)
    {
        foreach (var parameter in macro.Parameters)
        {
            if (parameter.Default is not null)
                Check(parameter.Default, isSoft: false);
        }
        var names = new FrameNames(frame.Names);
        FindSpecialNames(macro, position, names);
        foreach (var parameter in macro.Parameters)
            names.Declare(parameter.Name);
        var walk = new NameWalk(names.Use, names.Set);
        foreach (var parameter in macro.Parameters.Where(parameter => parameter.Default is not null))
            walk.Visit(parameter.Default!);
        Collect(macro.Body, names);
        macro.HiddenNames = names.Hidden;
        Check(macro.Body, frame.Closed(names));
    }

    // Used before they are set, these names are filled by the call.
    private static void FindSpecialNames(MacroDefinition macro, Position position, FrameNames names)
    {
        var (open, used) = (new HashSet<string> { "caller", "kwargs", "varargs" }, new HashSet<string>());
        new NameWalk(name => { if (open.Contains(name)) used.Add(name); }, name => open.Remove(name)).Visit(macro.Body);
        var caller = macro.Parameters.FirstOrDefault(parameter => parameter.Name == "caller");
        if (used.Contains("caller") && caller is { Default: null })
            throw Fault.Syntax("The parameter 'caller' needs a default, or must be left out: it is there anyway.", position);
        macro.TakesCaller = used.Contains("caller");
        macro.TakesKeywords = used.Contains("kwargs") && macro.Parameters.All(parameter => parameter.Name != "kwargs");
        macro.TakesMore = used.Contains("varargs") && macro.Parameters.All(parameter => parameter.Name != "varargs");
        foreach (var name in used)
            names.Declare(name);
    }

    // Statements whose body writes into a text of its own, or has variables of its own.
    private void CheckCapture(Statement statement, Frame frame)
    {
        var names = new FrameNames(frame.Names);
        switch (statement)
        {
            case SetBlockStatement assignment:
                CheckTarget(assignment.Target, frame);
                Collect(assignment.Body, names);
                assignment.HiddenNames = names.Hidden;
                Check(assignment.Body, frame.Inner(names));
                if (assignment.Filter is not null)
                    Check(assignment.Filter, isSoft: false);
                break;
            case FilterBlockStatement filtered:
                Collect(filtered.Body, names);
                new NameWalk(names.Use, names.Set).Visit(filtered.Filter);
                filtered.HiddenNames = names.Hidden;
                Check(filtered.Body, frame.Inner(names));
                Check(filtered.Filter, isSoft: false);
                break;
            case WithStatement with:
                foreach (var (target, value) in with.Variables)
                {
                    Check(value, frame.IsSoft);
                    target.VisitNames(names.Declare, _ => { });
                }
                Collect(with.Body, names);
                with.HiddenNames = names.Hidden;
                Check(with.Body, frame.Inner(names));
                break;
        }
    }

    private static void Check(Expression expression, bool isSoft)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var softens = isSoft || expression is ConditionalExpression;
        switch (expression)
        {
            case FilterExpression { Name: var name, Position: var position } when Filters.Unsupported.Contains(name):
                throw Fault.Syntax($"The filter '{name}' is not supported.", position);
            case FilterExpression { Name: var name, Position: var position } when !softens && !Filters.All.ContainsKey(name):
                throw Fault.Syntax($"There is no filter '{name}'.", position);
            case TestExpression { Name: var name, Position: var position } when !softens && !Tests.All.ContainsKey(name):
                throw Fault.Syntax($"There is no test '{name}'.", position);
        }
        expression.VisitParts(part => Check(part, softens));
    }
}
