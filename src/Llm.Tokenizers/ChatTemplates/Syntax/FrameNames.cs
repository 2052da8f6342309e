namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// What jinja2 knows of the names of one scope when it compiles a template. It matters where a name is set before it is used: until then it
/// is undefined in that scope, even where the caller gave a variable of that name.
/// </summary>
/// <param name="parent">The scope around this one.</param>
/// <param name="trunk">What was known before a branch; null where this is no branch of an if.</param>
internal sealed class FrameNames(FrameNames? parent, FrameNames? trunk = null)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Hidden => _hidden;

    public void Use(string name)
    {
        if (!Knows(name))
            _known.Add(name);
    }

    // What a branch sets may also not be set, so it is not hidden.
    public void Set(string name)
    {
        if (_known.Add(name) && trunk is null && parent?.Knows(name) != true)
            _hidden.Add(name);
    }

    /// <summary>A parameter or the variable of a loop, which is there from the start.</summary>
    public void Declare(string name)
    {
        _known.Add(name);
        _hidden.Remove(name);
    }

    public FrameNames Branch() => new(parent, this);

    public void Merge(FrameNames branch) => _known.UnionWith(branch._known);

    private bool Knows(string name) => _known.Contains(name) || trunk?.Knows(name) == true || parent?.Knows(name) == true;
}
