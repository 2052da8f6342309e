namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A function or method of the engine, with the value it belongs to.</summary>
internal sealed class FunctionValue(Builtin function, Value? owner = null) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override bool IsCallable => true;

    public override Value Call(Rendering rendering, Arguments arguments) => function.Call(rendering, owner, arguments);

    public override void Print(TextBuilder text) => text.Append($"<built-in function {function.Name}>");
}

/// <summary>What joiner() gives: nothing when it is called first, then the separator.</summary>
internal sealed class JoinerValue(Value separator) : Value
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override bool IsCallable => true;

    public override Value Call(Rendering rendering, Arguments arguments)
    {
        arguments.RequireNone("A joiner");
        var text = _used ? separator : Text.Empty;
        _used = true;
        return text;
    }

    public override Value? FindAttribute(Rendering rendering, string name) => name switch
    {
        "sep" => separator,
        "used" => BooleanValue.Of(_used),
        _ => null,
    };

    public override void Print(TextBuilder text) => text.Append("<Joiner>");
}

/// <summary>What cycler() gives: next() goes through the items over and over.</summary>
internal sealed class CyclerValue(IReadOnlyList<Value> items) : Value
{
    private static readonly Builtin NextMethod = new("next", "", call => ((CyclerValue)call.Owner).Next());
    private static readonly Builtin ResetMethod = new("reset", "", call => ((CyclerValue)call.Owner).Reset());

    private int _position;

    public override string TypeName => "Cycler";

    public override Value? FindAttribute(Rendering rendering, string name) => name switch
    {
        "current" => items[_position],
        "pos" => IntegerValue.Of(_position),
        "items" => new TupleValue(items),
        "next" => new FunctionValue(NextMethod, this),
        "reset" => new FunctionValue(ResetMethod, this),
        _ => null,
    };

    public override void Print(TextBuilder text) => text.Append("<Cycler>");

    private Value Next()
    {
        var current = items[_position];
        _position = (_position + 1) % items.Count;
        return current;
    }

    private NoneValue Reset()
    {
        _position = 0;
        return NoneValue.None;
    }
}

/// <summary>What namespace() gives: the only value whose attributes can be set.</summary>
internal sealed class NamespaceValue(DictValue attributes) : Value
{
    private bool _isPrinting;

    public override string TypeName => "Namespace";

    public override string ObjectName => "jinja2.utils.Namespace object";

    public void Set(string name, Value value) => attributes.Set(new Text(name), value);

    public override Value? FindAttribute(Rendering rendering, string name) => attributes.Find(name);

    // One may hold itself.
    public override void Print(TextBuilder text)
    {
        if (_isPrinting)
        {
            text.Append("<Namespace {...}>");
            return;
        }
        _isPrinting = true;
        text.Append("<Namespace ");
        attributes.Print(text);
        text.Append('>');
        _isPrinting = false;
    }
}

/// <summary>The variable self: the blocks of the template by name, as functions.</summary>
internal sealed class TemplateReference(IReadOnlyDictionary<string, BlockStatement> blocks, Scope root) : Value
{
    public override string TypeName => "TemplateReference";

    public override Value? FindItem(Rendering rendering, Value key) =>
        key is Text { Content: var name } && blocks.TryGetValue(name, out var block) ? new FunctionValue(FunctionOf(block)) : null;

    private Builtin FunctionOf(BlockStatement block) => new(block.Name, "", call =>
    {
        var outer = call.Rendering.BeginCapture();
        block.Render(call.Rendering, root);
        return call.Rendering.EndCapture(outer);
    });

    public override void Print(TextBuilder text) => text.Append("<TemplateReference None>");
}
