namespace Llm.Tokenizers.ChatTemplates;

/// <summary>What can be set: a name, an attribute of a namespace, or several of them.</summary>
internal abstract class Target(Position position)
{
    public Position Position { get; } = position;

    /// <summary>Fails where an attribute is to be set of what is no namespace; nothing is evaluated before that.</summary>
    public virtual void Check(Scope scope)
    {
    }

    public abstract void Assign(Rendering rendering, Scope scope, Value value);

    /// <summary>Goes through the names: those that are set, and those whose attributes are.</summary>
    public abstract void VisitNames(Action<string> set, Action<string> used);
}

/// <summary>a.</summary>
internal sealed class NameTarget(Position position, string name) : Target(position)
{
    public override void Assign(Rendering rendering, Scope scope, Value value) => scope.Set(name, value);

    public override void VisitNames(Action<string> set, Action<string> used) => set(name);
}

/// <summary>ns.a.</summary>
internal sealed class AttributeTarget(Position position, string name, string attribute) : Target(position)
{
    public override void Check(Scope scope)
    {
        if (scope.Find(name) is not NamespaceValue)
            throw new Fault(
                ChatTemplateErrorKind.Template, $"'{name}' is not a namespace: only attributes of a namespace() can be set.", Position);
    }

    public override void Assign(Rendering rendering, Scope scope, Value value)
    {
        Check(scope);
        ((NamespaceValue)scope.Find(name)!).Set(attribute, value);
    }

    public override void VisitNames(Action<string> set, Action<string> used) => used(name);
}

/// <summary>a, b.</summary>
internal sealed class TupleTarget(Position position, IReadOnlyList<Target> targets) : Target(position)
{
    public override void Check(Scope scope)
    {
        foreach (var target in targets)
            target.Check(scope);
    }

    public override void Assign(Rendering rendering, Scope scope, Value value)
    {
        var values = new List<Value>();
        foreach (var item in rendering.Each(value))
        {
            if (values.Count == targets.Count)
                throw Fault.Operation($"There are more than {targets.Count} values for {targets.Count} names.");
            values.Add(item);
        }
        if (values.Count < targets.Count)
            throw Fault.Operation($"There are {values.Count} values for {targets.Count} names.");
        for (var i = 0; i < values.Count; i++)
            targets[i].Assign(rendering, scope, values[i]);
    }

    public override void VisitNames(Action<string> set, Action<string> used)
    {
        foreach (var target in targets)
            target.VisitNames(set, used);
    }
}
