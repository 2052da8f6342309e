namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A dictionary in order of insertion; it cannot be changed once it is made.</summary>
internal sealed class DictValue(Rendering rendering) : Value
{
    private const int EntrySize = 96; // bytes

    private readonly OrderedDictionary<Value, Value> _entries = new(new KeyComparer(rendering));

    public override string TypeName => "dict";

    public override int? Length => _entries.Count;

    public override bool HasItems => true;

    public IEnumerable<KeyValuePair<Value, Value>> Entries => _entries;

    /// <summary>Adds an entry, or replaces the value of one, while the dictionary is made.</summary>
    public void Set(Value key, Value value)
    {
        rendering.Allocate(EntrySize);
        _entries[key] = value;
    }

    public void SetAll(DictValue other)
    {
        foreach (var (key, value) in other._entries)
            Set(key, value);
    }

    public bool Contains(Value key) => _entries.ContainsKey(key);

    public override IEnumerable<Value> Iterate(Rendering rendering) => _entries.Keys;

    // Keys that cannot be hashed are, by index, just not there.
    public override Value? FindItem(Rendering rendering, Value key) =>
        KeyComparer.CanBeKey(rendering, key) && _entries.TryGetValue(key, out var value) ? value : null;

    public Value? Find(string key) => _entries.TryGetValue(new Text(key), out var value) ? value : null;

    public override Value? FindAttribute(Rendering rendering, string name) => DictMethods.Find(this, name);

    public override void Print(TextBuilder text)
    {
        text.Rendering.Enter();
        text.Append('{');
        var isFirst = true;
        foreach (var (key, value) in _entries)
        {
            if (!isFirst)
                text.Append(", ");
            isFirst = false;
            text.Rendering.Step();
            key.Print(text);
            text.Append(": ");
            value.Print(text);
        }
        text.Append('}');
        text.Rendering.Leave();
    }
}

/// <summary>What keys(), values() and items() of a dictionary give.</summary>
internal sealed class DictView(DictValue owner, string name) : Value
{
    public override string TypeName => $"dict_{name}";

    public override int? Length => owner.Length;

    public override IEnumerable<Value> Iterate(Rendering rendering) => name switch
    {
        "keys" => owner.Entries.Select(entry => entry.Key),
        "values" => owner.Entries.Select(entry => entry.Value),
        _ => owner.Entries.Select(entry => new TupleValue([entry.Key, entry.Value])),
    };

    /// <summary>The keys as a set; null for the values, which are none.</summary>
    public DictValue? Keys => name == "keys" ? owner : null;

    public override void Print(TextBuilder text)
    {
        text.Append(TypeName).Append('(');
        new ListValue(text.Rendering.ToList(this)).Print(text);
        text.Append(')');
    }
}
