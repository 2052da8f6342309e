using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Python's operator % on a text: '%s is %d' % ('x', 3).</summary>
internal sealed class PercentFormat
{
    private readonly Rendering _rendering;
    private readonly Text _format;
    private readonly Value _given;
    private readonly IReadOnlyList<Value> _values;
    private readonly TextBuilder _result;
    private int _used;

    private PercentFormat(Rendering rendering, Text format, Value given)
    {
        (_rendering, _format, _given) = (rendering, format, given);
        _values = given is TupleValue tuple ? tuple.Items : [given];
        _result = new TextBuilder(rendering);
    }

    public static Text Apply(Rendering rendering, Text format, Value given)
    {
        rendering.Scan(format.Content.Length);
        var formatting = new PercentFormat(rendering, format, given);
        formatting.Run();
        return format.With(formatting._result.ToString());
    }

    private void Run()
    {
        var text = _format.Content;
        for (var i = 0; i < text.Length;)
        {
            var next = text.IndexOf('%', i);
            _result.Append(text.AsSpan(i, (next < 0 ? text.Length : next) - i));
            if (next < 0)
                break;
            i = Convert(text, next + 1);
        }
        var takesByName = _given is ListValue or DictValue or RangeValue or Undefined;
        if (_used < _values.Count && !takesByName)
            throw Fault.Operation("The text has fewer places than there are values for it.");
    }

    // One place; returns what follows it.
    private int Convert(string text, int start)
    {
        Value? named = null;
        if (start < text.Length && text[start] == '(')
            (named, start) = TakeNamed(text, start + 1);
        var scan = new SpecScanner(text, start);
        var flags = "";
        while (scan.TakeAny("#0- +") is { } flag)
            flags += flags.Contains(flag) ? "" : flag.ToString();
        var width = TakeSize(ref scan);
        var precision = scan.TakeAny(".") is null ? default(int?) : TakeSize(ref scan) ?? 0;
        scan.TakeAny("hlL");
        var type = scan.Take() ?? throw Fault.Operation("The format ends within a place.");
        if (width < 0)
            (width, flags) = (-width, flags + "-");
        if (type == '%')
            _result.Append('%');
        else
            _result.Append(Format(named ?? Next(), type, new FormatSpec
            {
                Width = width ?? 0,
                Precision = precision < 0 ? 0 : precision,
                IsAlternate = flags.Contains('#'),
                Sign = flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : '-',
                Alignment = flags.Contains('-') ? '<' : flags.Contains('0') && type is not ('s' or 'r' or 'a' or 'c') ? '=' : '>',
                Fill = flags.Contains('0') && !flags.Contains('-') && type is not ('s' or 'r' or 'a' or 'c') ? "0" : " ",
            }));
        return scan.Position;
    }

    private string Format(Value value, char type, FormatSpec spec)
    {
        switch (type)
        {
            case 's':
                var text = _format.IsMarkup ? Arithmetic.Escape(_rendering, value).Content : value.ToString(_rendering);
                return (spec with { Sign = '-' }).OnText(_rendering, text);
            case 'r' or 'a':
                return (spec with { Sign = '-' }).OnText(_rendering, Printed(value, asciiOnly: type == 'a'));
            case 'c':
                return (spec with { Sign = '-' }).OnText(_rendering, CharacterOf(value));
            case 'd' or 'i' or 'u':
                return OnInteger(spec, TruncatedOf(value), null);
            case 'o' or 'x' or 'X':
                return OnInteger(spec, Conversions.FindInteger(value) ?? throw Wrong(type, value), type);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                return (spec with { Type = type }).OnFloat(_rendering, Conversions.FindNumber(value) ?? throw Wrong(type, value));
            default:
                throw Fault.Operation($"'%{type}' is not a known place in a format.");
        }
    }

    // A precision is the least number of digits.
    private string OnInteger(FormatSpec spec, BigInteger value, char? type)
    {
        if (spec.Precision is not { } digits)
            return (spec with { Type = type }).OnInteger(_rendering, value);
        var (shown, prefix) = FormatSpec.DigitsOf(BigInteger.Abs(value), type, spec.IsAlternate);
        var sign = value.Sign < 0 ? "-" : spec.Sign == '-' ? "" : spec.Sign.ToString();
        var number = sign + prefix + Chars.Repeat(_rendering, "0", digits - shown.Length) + shown;
        var isRight = spec.Alignment != '<';
        return (spec with { Precision = null, Sign = '-', Fill = " ", Alignment = isRight ? '>' : '<' }).OnText(_rendering, number);
    }

    private string Printed(Value value, bool asciiOnly)
    {
        var text = new TextBuilder(_rendering);
        value.Print(text);
        if (!asciiOnly)
            return text.ToString();
        var ascii = new TextBuilder(_rendering);
        Quoting.AppendAscii(ascii, text.ToString());
        return ascii.ToString();
    }

    private (Value Value, int Next) TakeNamed(string text, int start)
    {
        var depth = 1;
        for (var i = start; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (depth > 0)
                continue;
            var name = text[start..i];
            _used = _values.Count;
            return _given is DictValue dict
                ? (dict.Find(name) ?? throw Fault.Operation($"The format asks for '{name}', which is not given."), i + 1)
                : throw Fault.WrongValue(_given, "A format with names needs a dictionary.");
        }
        throw Fault.Operation("A name in the format does not end.");
    }

    private int? TakeSize(ref SpecScanner scan) => scan.TakeAny("*") is null
        ? scan.TakeNumber()
        : Conversions.ToInt32(Conversions.FindInteger(Next()) ?? throw Fault.Operation("'*' in a format needs a whole number."));

    private Value Next() =>
        _used < _values.Count ? _values[_used++] : throw Fault.Operation("The text has more places than there are values for it.");

    private static BigInteger TruncatedOf(Value value) => value switch
    {
        FloatValue { Content: var number } => double.IsFinite(number) ? new BigInteger(Math.Truncate(number)) : throw Wrong('d', value),
        Undefined undefined => throw undefined.ToFault(),
        _ => Conversions.FindInteger(value) ?? throw Wrong('d', value),
    };

    private static string CharacterOf(Value value) => value is Text { Count: 1 } text
        ? text.Content
        : FormatSpec.CharacterOf(Conversions.FindInteger(value) ?? throw Wrong('c', value));

    private static Fault Wrong(char type, Value value) =>
        Fault.WrongValue(value, $"'%{type}' does not work on a value of type {value.TypeName}.");
}
