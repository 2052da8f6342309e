namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A value of the template language. All behave as Python's do; none leads out of the engine.</summary>
internal abstract class Value
{
    /// <summary>Python's name of the type.</summary>
    public abstract string TypeName { get; }

    /// <summary>How messages about missing attributes call the value.</summary>
    public virtual string ObjectName => $"{TypeName} object";

    public virtual bool IsTrue => Length is not 0;

    /// <summary>How many items; null where the value has no length.</summary>
    public virtual int? Length => null;

    public virtual bool IsCallable => false;

    /// <summary>Whether items can be asked for by index or key.</summary>
    public virtual bool HasItems => false;

    /// <summary>The items; null where the value cannot be iterated.</summary>
    public virtual IEnumerable<Value>? Iterate(Rendering rendering) => null;

    /// <summary>The item of an index or key; null where there is none.</summary>
    public virtual Value? FindItem(Rendering rendering, Value key) => null;

    /// <summary>A method or other attribute, not an item; null where there is none.</summary>
    public virtual Value? FindAttribute(Rendering rendering, string name) => null;

    public virtual Value Call(Rendering rendering, Arguments arguments) =>
        throw Fault.Operation($"A value of type {TypeName} cannot be called.");

    /// <summary>Writes the value as it stands within a list: Python's repr.</summary>
    public abstract void Print(TextBuilder text);

    /// <summary>The value as it is printed on its own: Python's str.</summary>
    public virtual Text ToText(Rendering rendering)
    {
        var text = new TextBuilder(rendering);
        Print(text);
        return text.ToText();
    }

    /// <summary>The characters of <see cref="ToText"/>.</summary>
    public string ToString(Rendering rendering) => ToText(rendering).Content;
}
