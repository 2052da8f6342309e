namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Python's str.format, as the sandbox has it: '{} and {name!r:>5}'.</summary>
internal sealed class BraceFormat(Rendering rendering, IReadOnlyList<Value> values, Func<string, Value?> named, bool isMarkup)
{
    private int _next;
    private bool _isManual;

    public string Format(string format, int depth = 2)
    {
        if (depth == 0)
            throw Fault.Operation("A format may hold other formats only one level deep.");
        rendering.Scan(format.Length);
        var result = new TextBuilder(rendering);
        for (var i = 0; i < format.Length; i++)
        {
            var unit = format[i];
            var isDoubled = i + 1 < format.Length && format[i + 1] == unit;
            if (unit is not ('{' or '}'))
                result.Append(unit);
            else if (isDoubled)
                result.Append(format[i++]);
            else if (unit == '}')
                throw Fault.Operation("The format has a '}' without '{'.");
            else
                i = AppendField(result, format, i + 1, depth);
        }
        return result.ToString();
    }

    // Returns the place of the closing brace.
    private int AppendField(TextBuilder result, string format, int start, int depth)
    {
        var end = EndOf(format, start);
        var field = format[start..end];
        var nameEnd = NameEnd(field);
        var rest = field[nameEnd..];
        var value = Find(field[..nameEnd]);
        if (rest.StartsWith('!'))
        {
            value = Convert(value, rest.Length > 1 ? rest[1] : ' ');
            rest = rest.Length > 2 ? rest[2..] : "";
            if (rest.Length > 0 && rest[0] != ':')
                throw Fault.Operation("The conversion in a format is one letter.");
        }
        var spec = rest.Length > 1 ? Format(rest[1..], depth - 1) : "";
        result.Append(isMarkup ? Arithmetic.Escape(rendering, Shown(value, spec)).Content : FormatSpec.Format(rendering, value, spec));
        return end;
    }

    private Text Shown(Value value, string spec) =>
        value is Text { IsMarkup: true } markup && spec.Length == 0 ? markup : new Text(FormatSpec.Format(rendering, value, spec));

    private Value Find(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '[') is var found and >= 0 ? found : name.Length;
        var value = First(name[..end]);
        while (end < name.Length)
            (value, end) = name[end] == '.' ? Attribute(value, name, end + 1) : Item(value, name, end + 1);
        return value;
    }

    private Value First(string name)
    {
        var isNumber = name.Length > 0 && name.All(char.IsAsciiDigit);
        if (!isNumber && name.Length > 0)
            return named(name) ?? throw Fault.Operation($"The format asks for '{name}', which is not given.");
        if (_next > 0 && (isNumber ? !_isManual : _isManual))
            throw Fault.Operation("A format numbers all its places or none.");
        _isManual = isNumber;
        var index = isNumber ? new SpecScanner(name).TakeNumber()!.Value : _next;
        _next++;
        return index < values.Count ? values[index] : throw Fault.Operation($"The format asks for value {index}, which is not given.");
    }

    private (Value Value, int End) Attribute(Value value, string name, int start)
    {
        var end = name.AsSpan(start).IndexOfAny('.', '[') is var found and >= 0 ? start + found : name.Length;
        if (end == start)
            throw Fault.Operation("The format has a point without a name.");
        return (Access.Attribute(rendering, value, name[start..end]), end);
    }

    private (Value Value, int End) Item(Value value, string name, int start)
    {
        var end = name.IndexOf(']', start);
        if (end <= start)
            throw Fault.Operation("The format has a '[' without an index.");
        var key = name[start..end];
        if (end + 1 < name.Length && name[end + 1] is not ('.' or '['))
            throw Fault.Operation("Only '.' or '[' can follow ']' in a format.");
        Value index = key.All(char.IsAsciiDigit) ? IntegerValue.Of(new SpecScanner(key).TakeNumber()!.Value) : new Text(key);
        return (Access.Item(rendering, value, index), end + 1);
    }

    private Text Convert(Value value, char conversion)
    {
        if (conversion == 's')
            return value.ToText(rendering);
        var text = new TextBuilder(rendering);
        value.Print(text);
        if (conversion == 'r')
            return text.ToText();
        if (conversion != 'a')
            throw Fault.Operation($"'!{conversion}' is not a known conversion. Known: !s, !r, !a.");
        var ascii = new TextBuilder(rendering);
        Quoting.AppendAscii(ascii, text.ToString());
        return ascii.ToText();
    }

    private static int NameEnd(string field)
    {
        var isIndex = false;
        for (var i = 0; i < field.Length; i++)
        {
            isIndex = field[i] == '[' || (isIndex && field[i] != ']');
            if (!isIndex && field[i] is '!' or ':')
                return i;
            if (!isIndex && field[i] == '{')
                throw Fault.Operation("The name in a format holds a '{'.");
        }
        return field.Length;
    }

    private static int EndOf(string format, int start)
    {
        var depth = 1;
        for (var i = start; i < format.Length; i++)
        {
            depth += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
            if (depth == 0)
                return i;
        }
        throw Fault.Operation("The format has a '{' without '}'.");
    }
}
