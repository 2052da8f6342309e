namespace Llm.Tokenizers.ChatTemplates;

/// <summary>One call of a <see cref="Builtin"/>: its arguments by number, with their types checked.</summary>
internal readonly struct BuiltinCall(
    Builtin function, Rendering rendering, Value? owner, Value?[] values, IReadOnlyList<Value> rest,
    IReadOnlyList<KeyValuePair<string, Value>> named)
{
    public Rendering Rendering { get; } = rendering;

    /// <summary>The value whose method is called.</summary>
    public Value Owner => owner!;

    /// <summary>The text whose method is called.</summary>
    public Text Self => (Text)Owner;

    /// <summary>Arguments by name that the parameters do not list.</summary>
    public IReadOnlyList<KeyValuePair<string, Value>> Named => named;

    /// <summary>An argument that is there.</summary>
    public Value this[int index] => values[index]!;

    /// <summary>An argument, or null where it is left out.</summary>
    public Value? Find(int index) => values[index];

    /// <summary>The arguments from <paramref name="skipped"/> on that the parameters do not list.</summary>
    public IReadOnlyList<Value> Rest(int skipped) => skipped == 0 ? rest : [.. rest.Skip(skipped)];

    public bool IsTrue(int index) => values[index]?.IsTrue ?? false;

    /// <summary>A text argument.</summary>
    public string Text(int index) => values[index] is Text text ? text.Content : throw Wrong(index, "a text");

    public string Text(int index, string fallback) => values[index] is null ? fallback : Text(index);

    /// <summary>A text argument; null where it is None or left out.</summary>
    public string? OptionalText(int index) => values[index] is null or NoneValue ? null : Text(index);

    /// <summary>An argument as text, whatever it is.</summary>
    public string AsText(int index) => this[index].ToString(Rendering);

    public int Integer(int index, int fallback) => values[index] is { } value
        ? Conversions.FindInteger(value) is { } number ? Conversions.ToInt32(number) : throw Wrong(index, "a whole number")
        : fallback;

    /// <summary>An argument that is None or a whole number.</summary>
    public int? OptionalInteger(int index) => values[index] is null or NoneValue ? null : Integer(index, 0);

    public IEnumerable<Value> Each(int index) => Rendering.Each(this[index]);

    public Value Result(string text) => Owned(text, isMarkup: false);

    /// <summary>A text of the kind of <see cref="Self"/>.</summary>
    public Value Like(string text) => Owned(text, Self.IsMarkup);

    private Text Owned(string text, bool isMarkup)
    {
        Rendering.Allocate(2L * text.Length);
        return new Text(text, isMarkup);
    }

    private Fault Wrong(int index, string expected) =>
        Fault.Operation($"{function.Name} expects {expected}, but got a value of type {values[index]!.TypeName}.");
}
