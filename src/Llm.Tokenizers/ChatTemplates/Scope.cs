namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Variables of a template, a loop round, a macro call or the like; what is missing is looked up in the scope around it.</summary>
/// <param name="parent">The scope around it.</param>
/// <param name="hidden">Names that are undefined here until they are set, whatever the scopes around say.</param>
internal sealed class Scope(Scope? parent, IReadOnlyCollection<string>? hidden = null)
{
    private readonly Dictionary<string, Value?> _variables = hidden is null or { Count: 0 }
        ? new(StringComparer.Ordinal)
        : new(hidden.Select(name => KeyValuePair.Create<string, Value?>(name, null)), StringComparer.Ordinal);

    /// <summary>The value of a variable; null where it is undefined.</summary>
    public Value? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._variables.TryGetValue(name, out var value))
                return value;
        }
        return null;
    }

    public void Set(string name, Value value) => _variables[name] = value;

    public void Hide(string name) => _variables[name] = null;

    private Scope? Parent { get; } = parent;
}
