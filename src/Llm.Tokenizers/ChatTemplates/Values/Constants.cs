namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Python's None.</summary>
internal sealed class NoneValue : Value
{
    private NoneValue()
    {
    }

    public static NoneValue None { get; } = new();

    public override string TypeName => "NoneType";

    public override string ObjectName => "None";

    public override bool IsTrue => false;

    public override void Print(TextBuilder text) => text.Append("None");
}

/// <summary>True and False, which count as the numbers 1 and 0.</summary>
internal sealed class BooleanValue : Value
{
    private BooleanValue(bool value) => IsTrue = value;

    public static BooleanValue True { get; } = new(true);

    public static BooleanValue False { get; } = new(false);

    public override string TypeName => "bool";

    public override bool IsTrue { get; }

    public static BooleanValue Of(bool value) => value ? True : False;

    public override void Print(TextBuilder text) => text.Append(IsTrue ? "True" : "False");
}

/// <summary>What a name without a value stands for: it prints as nothing and is false, but most uses of it are errors.</summary>
internal sealed class Undefined(string message, ChatTemplateErrorKind kind = ChatTemplateErrorKind.Undefined) : Value
{
    public override string TypeName => "Undefined";

    public override int? Length => 0;

    public override bool HasItems => true;

    public override bool IsCallable => true;

    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    public static Undefined Member(Value owner, string name) => new($"'{owner.ObjectName}' has no attribute '{name}'");

    public static Undefined Unsafe(Value owner, string name) =>
        new($"'{name}' of a value of type {owner.TypeName} is not open to templates.", ChatTemplateErrorKind.Security);

    public Fault ToFault() => new(kind, message);

    public override IEnumerable<Value> Iterate(Rendering rendering) => [];

    public override Value FindItem(Rendering rendering, Value key) => throw ToFault();

    public override Value FindAttribute(Rendering rendering, string name) => throw ToFault();

    public override Value Call(Rendering rendering, Arguments arguments) => throw ToFault();

    public override void Print(TextBuilder text) => text.Append("Undefined");

    public override Text ToText(Rendering rendering) => Text.Empty;
}
