using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The filter tojson as transformers has it: Python's json.dumps, without ASCII or HTML escaping unless asked for.</summary>
internal sealed class JsonWriting(TextBuilder target, string? indent, string separator, string colon, bool asciiOnly, bool sortsKeys)
{
    private int _level;

    /// <summary>The filter.</summary>
    public static Value ToJson(BuiltinCall call)
    {
        var text = new TextBuilder(call.Rendering);
        var indent = IndentOf(call, call.Find(2));
        var (separator, colon) = SeparatorsOf(call, call.Find(3)) ?? (indent is null ? ", " : ",", ": ");
        new JsonWriting(text, indent, separator, colon, asciiOnly: call.IsTrue(1), sortsKeys: call.IsTrue(4)).Write(call[0]);
        return text.ToText();
    }

    private void Write(Value value)
    {
        switch (value)
        {
            case NoneValue:
                target.Append("null");
                break;
            case BooleanValue boolean:
                target.Append(boolean.IsTrue ? "true" : "false");
                break;
            case IntegerValue:
                value.Print(target);
                break;
            case FloatValue number:
                target.Append(FloatOf(number.Content));
                break;
            case Text text:
                Quoting.AppendJson(target, text.Content, asciiOnly);
                break;
            case SequenceValue sequence:
                WriteAll('[', ']', sequence.Items, Write);
                break;
            case DictValue dict:
                WriteAll('{', '}', EntriesOf(dict), WriteEntry);
                break;
            default:
                throw Fault.Operation($"A value of type {value.TypeName} cannot be written as JSON.");
        }
    }

    private void WriteAll<T>(char open, char close, IReadOnlyCollection<T> items, Action<T> write)
    {
        target.Rendering.Enter();
        target.Append(open);
        _level++;
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                target.Append(separator);
            isFirst = false;
            NewLine();
            write(item);
        }
        _level--;
        if (!isFirst)
            NewLine();
        target.Append(close);
        target.Rendering.Leave();
    }

    private void WriteEntry(KeyValuePair<Value, Value> entry)
    {
        Quoting.AppendJson(target, KeyOf(entry.Key), asciiOnly);
        target.Append(colon);
        Write(entry.Value);
    }

    private void NewLine()
    {
        target.Rendering.Step();
        if (indent is not null)
            target.Append('\n').Repeat(indent, _level);
    }

    private List<KeyValuePair<Value, Value>> EntriesOf(DictValue dict)
    {
        var entries = dict.Entries.ToList();
        return sortsKeys ? Sorting.Sort(target.Rendering, entries, entry => entry.Key, reverse: false) : entries;
    }

    private string KeyOf(Value key) => key switch
    {
        Text text => text.Content,
        NoneValue => "null",
        BooleanValue boolean => boolean.IsTrue ? "true" : "false",
        FloatValue number => FloatOf(number.Content),
        IntegerValue => key.ToString(target.Rendering),
        _ => throw Fault.Operation($"A value of type {key.TypeName} cannot be a key in JSON."),
    };

    private static string FloatOf(double number) =>
        double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : FloatText.Shortest(number);

    private static string? IndentOf(BuiltinCall call, Value? indent)
    {
        if (indent is null or NoneValue)
            return null;
        if (indent is Text text)
            return text.Content;
        return Conversions.FindInteger(indent) is { } count
            ? Chars.Repeat(call.Rendering, " ", (long)BigInteger.Clamp(count, 0, int.MaxValue))
            : throw Fault.Operation("indent must be a whole number or a text.");
    }

    private static (string Separator, string Colon)? SeparatorsOf(BuiltinCall call, Value? separators)
    {
        if (separators is null or NoneValue)
            return null;
        return call.Rendering.ToList(separators) is [Text separator, Text colon]
            ? (separator.Content, colon.Content)
            : throw Fault.Operation("separators must be two texts: one between items, one behind a key.");
    }
}
