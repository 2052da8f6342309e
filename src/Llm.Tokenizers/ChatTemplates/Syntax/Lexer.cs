namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// Cuts a template into tokens as jinja2's lexer does with trim_blocks and lstrip_blocks: a line end behind a block goes, and so does the
/// white space between a line's start and a block.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly LineTable _lines;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = []; // closing brackets that are still to come
    private int _position;
    private bool _isAtLineStart = true;

    private Lexer(string source) => (_source, _lines) = (source, new LineTable(source));

    public static List<Token> Tokenize(string template)
    {
        var source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n'))
            source = source[..^1];
        var lexer = new Lexer(source);
        while (lexer._position < source.Length)
            lexer.ReadTextAndTag();
        lexer.Add(TokenKind.End, "", source.Length);
        return lexer._tokens;
    }

    private void ReadTextAndTag()
    {
        var begin = FindTag(_position);
        if (begin < 0)
        {
            Add(TokenKind.Data, _source[_position..], _position);
            _position = _source.Length;
            return;
        }
        var kind = _source[begin + 1];
        var rawEnd = kind == '%' ? EndOfWordTag(begin, "raw", trims: false) : -1;
        AddData(begin, isPrint: kind == '{');
        _isAtLineStart = false;
        if (rawEnd >= 0)
            ReadRaw(begin, rawEnd);
        else if (kind == '#')
            ReadComment(begin);
        else
            ReadTag(begin, kind == '%');
    }

    private int FindTag(int start)
    {
        for (var i = _source.IndexOf('{', start); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '%' or '{' or '#')
                return i;
        }
        return -1;
    }

    private char SignAt(int position) => position < _source.Length && _source[position] is '-' or '+' ? _source[position] : ' ';

    private int AfterSign(int begin) => SignAt(begin + 2) == ' ' ? begin + 2 : begin + 3;

    // The text before a tag, without the white space that the tag takes.
    private void AddData(int begin, bool isPrint)
    {
        var text = _source[_position..begin];
        var sign = SignAt(begin + 2);
        if (sign == '-')
        {
            text = Chars.TrimEnd(text);
        }
        else if (sign != '+' && !isPrint)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _isAtLineStart) && text.AsSpan(lineStart).ContainsAnyExcept(Spaces) is false)
                text = text[..lineStart];
        }
        if (text.Length > 0)
            Add(TokenKind.Data, text, _position);
    }

    private static System.Buffers.SearchValues<char> Spaces { get; } = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue).Select(unit => (char)unit).Where(Chars.IsSpace)]);

    // The place behind '{% raw %}' or '{% endraw %}', or -1.
    private int EndOfWordTag(int begin, string word, bool trims)
    {
        var position = SkipSpaces(AfterSign(begin));
        if (string.CompareOrdinal(_source, position, word, 0, word.Length) != 0)
            return -1;
        return EndOfClosing(SkipSpaces(position + word.Length), "%}", allowsPlus: trims, trims);
    }

    // The place behind a closing mark with its sign and the white space that goes with it, or -1.
    private int EndOfClosing(int position, string mark, bool allowsPlus, bool trims)
    {
        if (Is(position, mark))
            return trims && Is(position + 2, "\n") ? position + 3 : position + 2;
        if (!Is(position + 1, mark))
            return -1;
        return _source[position] switch
        {
            '-' => SkipSpaces(position + 3),
            '+' when allowsPlus => position + 3,
            _ => -1,
        };
    }

    private void ReadRaw(int begin, int start)
    {
        if (start == _source.Length)
        {
            _position = start;
            return;
        }
        _isAtLineStart = _source[start - 1] == '\n';
        var i = start - 1;
        while ((i = _source.IndexOf("{%", i + 1, StringComparison.Ordinal)) >= 0)
        {
            if (EndOfWordTag(i, "endraw", trims: true) is not (>= 0 and var end))
                continue;
            _position = start;
            AddData(i, isPrint: false);
            MoveTo(end);
            return;
        }
        throw Fault.Syntax("'raw' is not closed: expected 'endraw'.", _lines[begin]);
    }

    private void ReadComment(int begin)
    {
        var start = AfterSign(begin);
        var close = _source.IndexOf("#}", start, StringComparison.Ordinal);
        if (close < 0 && start < _source.Length)
            throw Fault.Syntax("A comment is not closed: expected '#}'.", _lines[begin]);
        if (close > start && _source[close - 1] is '-' or '+')
            close--;
        MoveTo(close < 0 ? start : EndOfClosing(close, "#}", allowsPlus: true, trims: true));
    }

    private void ReadTag(int begin, bool isBlock)
    {
        Add(isBlock ? TokenKind.BlockBegin : TokenKind.PrintBegin, _source.Substring(begin, 2), begin);
        _position = AfterSign(begin);
        while (_position < _source.Length)
        {
            var end = _open.Count > 0 ? -1 : EndOfClosing(_position, isBlock ? "%}" : "}}", allowsPlus: isBlock, trims: isBlock);
            if (end >= 0)
            {
                Add(isBlock ? TokenKind.BlockEnd : TokenKind.PrintEnd, isBlock ? "%}" : "}}", _position);
                MoveTo(end);
                return;
            }
            ReadToken();
        }
    }

    private void ReadToken()
    {
        var (start, unit) = (_position, _source[_position]);
        if (Chars.IsSpace(unit))
            _position = SkipSpaces(start);
        else if (char.IsAsciiDigit(unit))
            ReadNumber();
        else if (TextQueries.IsWord(_source, start))
            ReadName();
        else if (unit is '\'' or '"')
            ReadText(unit);
        else
            ReadOperator();
    }

    private void ReadNumber()
    {
        var start = _position;
        var isFraction = start > 0 && _source[start - 1] == '.'; // as in x.1.2
        (_position, var value) = NumberLiteral.Read(_source, start, allowsFloat: !isFraction);
        Add(TokenKind.Number, _source[start.._position], start, value);
    }

    private void ReadName()
    {
        var start = _position;
        while (_position < _source.Length && (TextQueries.IsWord(_source, _position) || IsMark(_position)))
            _position += Chars.WidthAt(_source, _position);
        var name = _source[start.._position];
        if (!TextQueries.IsIdentifier(name))
            throw Fault.Syntax($"'{name}' is not a name.", _lines[start]);
        Add(TokenKind.Name, name, start);
    }

    private bool IsMark(int position) => System.Globalization.CharUnicodeInfo.GetUnicodeCategory(_source, position)
        is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;

    private void ReadText(char quote)
    {
        var start = _position;
        var end = start + 1;
        while (end < _source.Length && _source[end] != quote)
            end += _source[end] == '\\' ? 2 : 1;
        if (end >= _source.Length)
            throw Fault.Syntax("A text is not closed.", _lines[start]);
        _position = end + 1;
        var text = Escapes.Read(_source[(start + 1)..end], _lines[start]);
        Add(TokenKind.Text, _source[start.._position], start, new Text(text));
    }

    private void ReadOperator()
    {
        var start = _position;
        var pair = start + 1 < _source.Length ? _source.Substring(start, 2) : "";
        var symbol = pair is "//" or "**" or "==" or "!=" or ">=" or "<=" ? pair : _source[start].ToString();
        if (!"+-/*%~[](){}><=.:|,;".Contains(symbol[0]) && symbol != "!=")
        {
            var character = _source.Substring(start, Chars.WidthAt(_source, start));
            throw Fault.Syntax($"The character '{character}' does not belong here.", _lines[start]);
        }
        if (symbol is "(" or "[" or "{")
            _open.Push(symbol switch { "(" => ')', "[" => ']', _ => '}' });
        else if (symbol is ")" or "]" or "}")
            Close(symbol[0], start);
        _position += symbol.Length;
        Add(TokenKind.Operator, symbol, start);
    }

    private void Close(char bracket, int position)
    {
        if (!_open.TryPop(out var expected))
            throw Fault.Syntax($"'{bracket}' closes nothing.", _lines[position]);
        if (bracket != expected)
            throw Fault.Syntax($"Expected '{expected}', but found '{bracket}'.", _lines[position]);
    }

    private int SkipSpaces(int position)
    {
        while (position < _source.Length && Chars.IsSpace(_source[position]))
            position++;
        return position;
    }

    private void MoveTo(int position)
    {
        _position = position;
        _isAtLineStart = position > 0 && _source[position - 1] == '\n';
    }

    private bool Is(int position, string mark) =>
        position >= 0 && position <= _source.Length - mark.Length && string.CompareOrdinal(_source, position, mark, 0, mark.Length) == 0;

    private void Add(TokenKind kind, string content, int position, Value? value = null) =>
        _tokens.Add(new Token(kind, content, _lines[position], value));
}
