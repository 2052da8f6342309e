namespace Llm.Tokenizers;

internal sealed partial class PatternParser
{
    private static readonly string[] PosixNames = [
        "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit", "ascii", "word"];

    // Behind an opening bracket. Options apply to the outermost class, when all of it is read.
    private PatternNode ReadClass()
    {
        var members = ReadMembers(out var isNegative);
        if (_options.HasFlag(Options.IgnoreCase))
            return CaseFolding.Match(members, isNegative);
        return new CharacterNode(isNegative ? members.Complement() : members);
    }

    private CodePointSet ReadMembers(out bool isNegative)
    {
        if (++_depth > MaxDepth)
            throw new NotSupportedException($"more than {MaxDepth} classes inside each other");
        isNegative = Take('^');
        var members = new List<(int, int)>();
        CodePointSet? intersected = null;
        // A bracket that comes first is a member, if another one follows.
        if (Next == ']' && Array.IndexOf(_pattern, ']', _at + 1) < 0)
            throw Malformed("an empty class");
        for (var isFirst = true; isFirst || !Take(']'); isFirst = false)
        {
            if (!Take("&&"))
            {
                members.AddRange(ReadMember().Ranges);
                continue;
            }
            intersected = Intersect();
            members.Clear();
        }
        _depth--;
        return Intersect();

        CodePointSet Intersect() => CodePointSet.OfRanges(members) is var right && intersected is { } left ? left.Intersect(right) : right;
    }

    private CodePointSet ReadMember()
    {
        if (Next == '[' && TryReadPosixName() is { } posix)
            return posix;
        if (Take('['))
        {
            var members = ReadMembers(out var isNegative);
            return isNegative ? members.Complement() : members;
        }
        if (ReadMemberCharacter(out var set) is not { } first)
            return set!;
        // A range, unless the class or this side of && ends behind the hyphen.
        if (Next != '-' || !HasRangeEnd())
            return CodePointSet.Of(first);
        _at++;
        if (ReadMemberCharacter(out _) is not { } last)
            throw Malformed("a range that ends with a class");
        return first <= last ? CodePointSet.Range(first, last) : throw Malformed($"the empty range {Show(first)}-{Show(last)}");
    }

    private bool HasRangeEnd()
    {
        if (_at + 1 >= _pattern.Length || _pattern[_at + 1] == ']')
            return false;
        if (_pattern[_at + 1] == '[') // Oniguruma drops the character and the hyphen, which nobody can mean
            throw Malformed("a range that ends with a class");
        return !(_pattern[_at + 1] == '&' && _at + 2 < _pattern.Length && _pattern[_at + 2] == '&');
    }

    // A character, or null and the set that an escape stands for.
    private int? ReadMemberCharacter(out CodePointSet? set)
    {
        set = null;
        var next = TakeAny("a class");
        if (next != '\\')
            return next;
        next = TakeAny("an escape");
        set = next is 'p' or 'P' ? ReadProperty(isNegative: next == 'P') : TypeOf(next);
        return set is null ? ReadCharacterEscape(next) : null;
    }

    // [:name:] or [:^name:]; anything else that starts so is a class.
    private CodePointSet? TryReadPosixName()
    {
        var start = _at;
        if (!Take("[:"))
            return null;
        var isNegative = Take('^');
        foreach (var name in PosixNames)
        {
            if (!Take(name + ":]"))
                continue;
            var set = UnicodeProperties.Get(name == "punct" ? "posixpunct" : name); // \p{punct} lacks the symbols
            return isNegative ? set.Complement() : set;
        }
        _at = start;
        return null;
    }
}
