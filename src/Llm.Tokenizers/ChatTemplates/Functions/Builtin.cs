namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A function, filter, test or method that the engine brings along.</summary>
internal sealed class Builtin
{
    private readonly Func<BuiltinCall, Value> _body;
    private readonly List<string> _names = [];
    private readonly int _required;
    private readonly int _positionalOnly;
    private readonly bool _takesMore;
    private readonly bool _takesKeywords;

    /// <param name="name">Its name, for errors.</param>
    /// <param name="parameters">
    /// The parameters, with spaces between them: 'old', 'count?' (may be left out), '/' (those before it cannot be named), and '*rest' and
    /// '**named', which take the others.
    /// </param>
    /// <param name="body">What it does.</param>
    public Builtin(string name, string parameters, Func<BuiltinCall, Value> body)
    {
        (Name, _body) = (name, body);
        foreach (var parameter in parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (parameter == "/")
                _positionalOnly = _names.Count;
            else if (parameter.StartsWith("**", StringComparison.Ordinal))
                _takesKeywords = true;
            else if (parameter[0] == '*')
                _takesMore = true;
            else
                _names.Add(parameter.TrimEnd('?'));
            if (parameter[0] is not ('/' or '*') && parameter[^1] != '?')
                _required = _names.Count;
        }
    }

    public string Name { get; }

    public Value Call(Rendering rendering, Value? owner, Arguments arguments)
    {
        var values = new Value?[_names.Count];
        var rest = BindPositional(arguments.Positional, values);
        var named = BindKeywords(arguments.Keywords, values);
        for (var i = 0; i < _required; i++)
        {
            if (values[i] is null)
                throw Fault.Operation($"{Name} needs the argument '{_names[i]}'.");
        }
        return _body(new BuiltinCall(this, rendering, owner, values, rest, named));
    }

    private IReadOnlyList<Value> BindPositional(IReadOnlyList<Value> given, Value?[] values)
    {
        if (given.Count > values.Length && !_takesMore)
            throw Fault.Operation($"{Name} takes {values.Length} arguments at most, but got {given.Count}.");
        for (var i = 0; i < Math.Min(given.Count, values.Length); i++)
            values[i] = given[i];
        return given.Count > values.Length ? [.. given.Skip(values.Length)] : [];
    }

    private List<KeyValuePair<string, Value>> BindKeywords(IReadOnlyList<KeyValuePair<string, Value>> given, Value?[] values)
    {
        var others = new List<KeyValuePair<string, Value>>();
        foreach (var (name, value) in given)
        {
            var index = _names.IndexOf(name, _positionalOnly);
            if (index < 0 && _takesKeywords)
                others.Add(KeyValuePair.Create(name, value));
            else if (index < 0)
                throw Fault.Operation($"{Name} has no argument that is named '{name}'.");
            else if (values[index] is not null)
                throw Fault.Operation($"{Name} got the argument '{name}' twice.");
            else
                values[index] = value;
        }
        return others;
    }
}
