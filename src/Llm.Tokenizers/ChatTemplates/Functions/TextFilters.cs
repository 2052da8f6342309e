using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Filters that change texts.</summary>
internal static class TextFilters
{
    private const int TruncateLeeway = 5; // jinja2's policy

    public static Builtin[] All { get; } =
    [
        new("capitalize", "s", call => Cased(call, Casing.Capitalize)),
        new("lower", "s", call => Cased(call, Casing.Lower)),
        new("upper", "s", call => Cased(call, Casing.Upper)),
        new("title", "s", Title),
        new("trim", "value chars?", Trim),
        new("center", "value width?", Center),
        new("replace", "s old new count?", Replace),
        new("indent", "s width? first? blank?", Indent),
        new("truncate", "s length? killwords? end? leeway?", Truncate),
        new("wordcount", "s", CountWords),
        new("format", "value *args **kwargs", Format),
        new("urlencode", "value", EncodeUrl),
    ];

    private static Text Soft(BuiltinCall call) => call[0] as Text ?? call[0].ToText(call.Rendering);

    private static Text Cased(BuiltinCall call, Func<string, string> map)
    {
        var text = Soft(call);
        return text.With(TextMethods.Cased(call.Rendering, text.Content, map));
    }

    // A word starts behind white space and - ( { [ <.
    private static Text Title(BuiltinCall call)
    {
        var text = Soft(call).Content;
        var result = new TextBuilder(call.Rendering);
        for (var start = 0; start < text.Length;)
        {
            var isGap = IsGap(text[start]);
            var end = start;
            while (end < text.Length && IsGap(text[end]) == isGap)
                end++;
            result.Append(isGap ? text[start..end] : TitleOf(text[start..end]));
            start = end;
        }
        return result.ToText();
    }

    private static string TitleOf(string word)
    {
        var first = Chars.WidthAt(word, 0);
        return Casing.Upper(word[..first]) + Casing.Lower(word[first..]);
    }

    private static bool IsGap(char unit) => unit is '-' or '(' or '{' or '[' or '<' || Chars.IsSpace(unit);

    private static Text Trim(BuiltinCall call)
    {
        var text = Soft(call);
        call.Rendering.Allocate(2L * text.Content.Length);
        return text.With(TextMethods.Strip(text.Content, call.OptionalText(1), atStart: true, atEnd: true));
    }

    private static Text Center(BuiltinCall call)
    {
        var text = Soft(call);
        return text.With(TextMethods.Center(call.Rendering, text.Content, call.Integer(1, 80)));
    }

    private static Text Replace(BuiltinCall call) => new Text(TextMethods.Replace(
        call.Rendering, call.AsText(0), call.AsText(1), call.AsText(2), call.OptionalInteger(3) ?? -1));

    private static Text Indent(BuiltinCall call)
    {
        var text = call[0] as Text ?? throw Fault.WrongValue(call[0], "Only a text can be indented.");
        var indent = call.Find(1) is Text given ? given.Content : Chars.Repeat(call.Rendering, " ", call.Integer(1, 4));
        if (text.IsMarkup)
            indent = call.Find(1) is Text { IsMarkup: false } plain ? plain.Content : indent;
        var result = new TextBuilder(call.Rendering);
        var isFirst = true;
        foreach (var line in TextSplitting.Lines(text.Content + "\n"))
        {
            call.Rendering.Step();
            if (!isFirst)
                result.Append('\n');
            if (isFirst ? call.IsTrue(2) : line.Length > 0 || call.IsTrue(3))
                result.Append(indent);
            result.Append(line);
            isFirst = false;
        }
        return text.With(result.ToString());
    }

    private static Value Truncate(BuiltinCall call)
    {
        var length = call.Integer(1, 255);
        var end = call.Text(3, "...");
        var leeway = call.OptionalInteger(4) ?? TruncateLeeway;
        if (length < Chars.Count(end) || leeway < 0)
            throw Fault.Operation("The length must not be smaller than that of the end, and the leeway not smaller than 0.");
        if (call[0].Length is { } count && count <= length + leeway)
            return call[0];
        var text = call[0] as Text ?? throw Fault.Operation($"A value of type {call[0].TypeName} cannot be truncated.");
        var kept = text.Content[..Chars.OffsetOf(text.Content, length - Chars.Count(end), text.Count)];
        if (!call.IsTrue(2) && kept.LastIndexOf(' ') is var space and >= 0)
            kept = kept[..space];
        return Arithmetic.Apply(call.Rendering, ArithmeticOperator.Add, text.With(kept), call.Find(3) ?? new Text(end));
    }

    private static IntegerValue CountWords(BuiltinCall call)
    {
        var text = Soft(call).Content;
        call.Rendering.Scan(text.Length);
        var (count, isInside) = (0, false);
        for (var i = 0; i < text.Length; i += Chars.WidthAt(text, i))
        {
            var isWord = TextQueries.IsWord(text, i);
            if (isWord && !isInside)
                count++;
            isInside = isWord;
        }
        return IntegerValue.Of(count);
    }

    private static Text Format(BuiltinCall call)
    {
        if (call.Rest(0).Count > 0 && call.Named.Count > 0)
            throw Fault.Template("The filter format takes arguments with names or without, not both.");
        Value given = call.Named.Count > 0 ? Conversions.ToDict(call.Rendering, call.Named) : new TupleValue(call.Rest(0));
        return PercentFormat.Apply(call.Rendering, Soft(call), given);
    }

    private static Text EncodeUrl(BuiltinCall call)
    {
        var result = new TextBuilder(call.Rendering);
        if (call[0] is Text or not (SequenceValue or DictValue or DictView or RangeValue or IteratorValue or Undefined))
        {
            AppendQuoted(result, call.AsText(0), isQuery: false);
            return result.ToText();
        }
        var pairs = call[0] is DictValue dict ? new DictView(dict, "items") : call[0];
        foreach (var pair in call.Rendering.Each(pairs))
        {
            if (call.Rendering.ToList(pair) is not [var key, var value])
                throw Fault.Operation("urlencode needs pairs of a key and a value.");
            if (result.Length > 0)
                result.Append('&');
            AppendQuoted(result, key.ToString(call.Rendering), isQuery: true);
            result.Append('=');
            AppendQuoted(result, value.ToString(call.Rendering), isQuery: true);
        }
        return result.ToText();
    }

    private static void AppendQuoted(TextBuilder result, string text, bool isQuery)
    {
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)unit) || "_.-~".Contains((char)unit) || (unit == '/' && !isQuery))
                result.Append((char)unit);
            else if (unit == ' ' && isQuery)
                result.Append('+');
            else
                result.Append($"%{unit:X2}");
        }
    }
}
