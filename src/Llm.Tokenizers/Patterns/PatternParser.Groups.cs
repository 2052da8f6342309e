namespace Llm.Tokenizers;

internal sealed partial class PatternParser
{
    private PatternNode ReadGroup()
    {
        if (Next == '*')
            throw new NotSupportedException("a callout, (*name)");
        if (!Take('?'))
            return ReadRest(); // captures are not needed
        if (Take("<=") || Take("<!"))
            return ReadLook(isBehind: true, isNegative: _pattern[_at - 1] == '!');
        var kind = TakeAny("a group");
        switch (kind)
        {
            case ':':
                return ReadRest();
            case '=' or '!':
                return ReadLook(isBehind: false, isNegative: kind == '!');
            case '>':
                return new AtomicNode(ReadRest());
            case '#':
                SkipComment(')');
                return SequenceNode.Empty;
            case '<' or '\'':
                SkipName(kind == '<' ? '>' : '\'');
                return ReadRest();
            case '~' or '(' or '{':
                var name = kind == '~' ? "an absent function" : kind == '(' ? "a condition" : "a callout";
                throw new NotSupportedException($"{name}, (?{(char)kind}…)");
            default:
                _at--;
                return ReadOptions();
        }
    }

    private LookNode ReadLook(bool isBehind, bool isNegative)
    {
        var before = _options;
        if (isBehind)
            _options |= Options.Behind;
        var part = Close(ReadChoice());
        _options = before;
        return new LookNode(part, isBehind, isNegative);
    }

    // A place may not be repeated, but a group that holds one may.
    private PatternNode ReadRest()
    {
        var group = Close(ReadChoice());
        return group is AnchorNode or LookNode ? new SequenceNode([group]) : group;
    }

    private PatternNode Close(PatternNode group) => Take(')') ? group : throw Malformed("an opening parenthesis that nothing closed");

    private void SkipName(char end)
    {
        var start = _at;
        while (!AtEnd && Next != end)
            _at++;
        if (_at == start || !Take(end))
            throw Malformed("a group name without an end");
    }

    // (?i:…) is a group with options. (?i) is one too, which reaches up to the end of the group around it, its branches included.
    private PatternNode ReadOptions()
    {
        var before = _options;
        var isOff = false;
        while (!Take(':'))
        {
            if (Take(')'))
            {
                var rest = ReadChoice();
                _options = before;
                return rest;
            }
            var letter = TakeAny("a group");
            if (letter == '-')
                isOff = true;
            else
                _options = isOff ? _options & ~OptionOf(letter) : _options | OptionOf(letter);
        }
        var group = ReadRest();
        _options = before;
        return group;
    }

    private Options OptionOf(int letter) => letter switch
    {
        'i' => Options.IgnoreCase,
        'm' => Options.DotMatchesLineEnd,
        'x' => Options.Extended,
        'W' or 'D' or 'S' or 'P' or 'y' or 'C' or 'I' or 'L' => throw new NotSupportedException($"the option {(char)letter}"),
        _ => throw Malformed($"the unknown option or group (?{Show(letter)}"),
    };
}
