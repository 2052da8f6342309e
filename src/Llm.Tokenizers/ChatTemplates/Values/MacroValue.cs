namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A macro, or the body of a call block, with the scope in which it was defined.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope scope) : Value
{
    public override string TypeName => "Macro";

    public override bool IsCallable => true;

    public override Value Call(Rendering rendering, Arguments arguments)
    {
        var inner = new Scope(scope, definition.HiddenNames);
        Bind(arguments, inner, rendering);
        var outer = rendering.BeginCapture();
        definition.Body.Execute(rendering, inner);
        return rendering.EndCapture(outer);
    }

    public override Value? FindAttribute(Rendering rendering, string name) => name switch
    {
        "name" => definition.Name is null ? NoneValue.None : new Text(definition.Name),
        "arguments" => new TupleValue([.. definition.Parameters.Select(parameter => new Text(parameter.Name))]),
        "catch_kwargs" => BooleanValue.Of(definition.TakesKeywords),
        "catch_varargs" => BooleanValue.Of(definition.TakesMore),
        "caller" => BooleanValue.Of(definition.TakesCaller),
        _ => null,
    };

    public override void Print(TextBuilder text) =>
        text.Append(definition.Name is null ? "<Macro anonymous>" : $"<Macro '{definition.Name}'>");

    private void Bind(Arguments arguments, Scope inner, Rendering rendering)
    {
        var parameters = definition.Parameters;
        var keywords = arguments.Keywords.ToList();
        var values = new Value?[parameters.Count];
        for (var i = 0; i < parameters.Count; i++)
            values[i] = i < arguments.Positional.Count ? arguments.Positional[i] : Take(keywords, parameters[i].Name);
        if (definition.TakesCaller && parameters.All(parameter => parameter.Name != "caller"))
            inner.Set("caller", Take(keywords, "caller") ?? new Undefined("No caller is defined."));
        BindOthers(arguments.Positional, keywords, inner, rendering);
        SetParameters(values, inner, rendering);
    }

    private void BindOthers(
        IReadOnlyList<Value> positional, List<KeyValuePair<string, Value>> keywords, Scope inner, Rendering rendering)
    {
        if (definition.TakesKeywords)
            inner.Set("kwargs", Conversions.ToDict(rendering, keywords));
        else if (keywords is [var (name, _), ..])
            throw Fault.Operation($"The macro '{definition.Name}' has no parameter '{name}'.");
        var count = definition.Parameters.Count;
        if (definition.TakesMore)
            inner.Set("varargs", new TupleValue([.. positional.Skip(count)]));
        else if (positional.Count > count)
            throw Fault.Operation($"The macro '{definition.Name}' takes {count} arguments at most, but got {positional.Count}.");
    }

    // Defaults see the parameters before them.
    private void SetParameters(Value?[] values, Scope inner, Rendering rendering)
    {
        for (var i = 0; i < values.Length; i++)
            inner.Hide(definition.Parameters[i].Name);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } given)
                inner.Set(definition.Parameters[i].Name, given);
        }
        for (var i = 0; i < values.Length; i++)
        {
            var (name, fallback) = definition.Parameters[i];
            if (values[i] is null)
                inner.Set(name, fallback?.Evaluate(rendering, inner) ?? new Undefined($"The parameter '{name}' was not given."));
        }
    }

    private static Value? Take(List<KeyValuePair<string, Value>> keywords, string name)
    {
        var index = keywords.FindIndex(keyword => keyword.Key == name);
        if (index < 0)
            return null;
        var value = keywords[index].Value;
        keywords.RemoveAt(index);
        return value;
    }
}
