namespace Llm.Tokenizers.ChatTemplates;

/// <summary>What a call passes.</summary>
internal sealed record Arguments(IReadOnlyList<Value> Positional, IReadOnlyList<KeyValuePair<string, Value>> Keywords)
{
    public static Arguments None { get; } = new([], []);

    public Arguments WithFirst(Value first) => new([first, .. Positional], Keywords);

    public void RequireNone(string function)
    {
        if (Positional.Count + Keywords.Count > 0)
            throw Fault.Operation($"{function} takes no arguments.");
    }
}
