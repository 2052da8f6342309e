using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Reads a regular expression in Oniguruma's own syntax (doc/RE of Oniguruma 6.9.10), the one of tokenizer.json. What it does not know
/// (back-references, calls, callouts, conditions, absent functions, text segments) is refused by name.
/// </summary>
internal sealed partial class PatternParser
{
    private const int MaxLength = 10_000;
    private const int MaxQuoted = 300;
    private const int MaxDepth = 100;
    private const int MaxRepeatsOfOne = 5; // a++*? and the like
    private const int MaxRepeat = 100_000;

    private readonly int[] _pattern;
    private int _at;
    private int _depth;
    private Options _options;

    private PatternParser(string pattern) => _pattern = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    [Flags]
    private enum Options
    {
        None = 0,
        IgnoreCase = 1,
        DotMatchesLineEnd = 2,
        Extended = 4,
        Behind = 8, // not an option that a pattern sets: inside of a look behind
    }

    /// <exception cref="FormatException">The pattern is malformed.</exception>
    /// <exception cref="NotSupportedException">The pattern asks for something that is not supported.</exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
            throw new NotSupportedException($"The pattern {Shorten(pattern)} has more than {MaxLength} characters, the most supported.");
        var parser = new PatternParser(pattern);
        try
        {
            var node = parser.ReadChoice();
            return parser.AtEnd ? node : throw parser.Malformed("a closing parenthesis that nothing opened");
        }
        catch (FormatException error)
        {
            throw new FormatException($"The pattern {Shorten(pattern)} is malformed: {error.Message}.", error);
        }
        catch (NotSupportedException error)
        {
            throw new NotSupportedException($"The pattern {Shorten(pattern)} is not supported, because it has {error.Message}.", error);
        }
    }

    /// <summary>A pattern as errors quote it.</summary>
    public static string Shorten(string pattern) => pattern.Length <= MaxQuoted ? pattern : pattern[..MaxQuoted] + "…";

    private bool AtEnd => _at == _pattern.Length;

    private int Next => AtEnd ? -1 : _pattern[_at];

    private bool Take(char expected)
    {
        if (Next != expected)
            return false;
        _at++;
        return true;
    }

    private bool Take(string expected)
    {
        if (_at + expected.Length > _pattern.Length)
            return false;
        for (var i = 0; i < expected.Length; i++)
        {
            if (_pattern[_at + i] != expected[i])
                return false;
        }
        _at += expected.Length;
        return true;
    }

    private int TakeAny(string where) => AtEnd ? throw Malformed($"an end inside {where}") : _pattern[_at++];

    private FormatException Malformed(string what) => new($"it has {what} at character {_at}");

    private static string Show(int codePoint) => new Rune(codePoint).ToString();

    // The branches up to a closing parenthesis or the end. Options that are set inside end with it.
    private PatternNode ReadChoice()
    {
        if (++_depth > MaxDepth)
            throw new NotSupportedException($"more than {MaxDepth} groups inside each other");
        var options = _options;
        var branches = new List<PatternNode>();
        do
            branches.Add(ReadSequence());
        while (Take('|'));
        (_options, _depth) = (options, _depth - 1);
        if (branches.TrueForAll(branch => branch is CharacterNode))
            return new CharacterNode(CodePointSet.OfRanges([.. branches.SelectMany(branch => branch.First.Ranges)]));
        return branches.Count == 1 ? branches[0] : new ChoiceNode(branches);
    }

    private PatternNode ReadSequence()
    {
        var parts = new List<PatternNode>();
        var literals = new List<int>(); // not yet among the parts, as characters without case are matched together
        while (!AtEnd && Next is not ('|' or ')'))
        {
            var atom = ReadAtom(out var literal);
            var repeated = ReadRepeats(atom, ref literal);
            if (literal is { } codePoint && _options.HasFlag(Options.IgnoreCase))
            {
                literals.Add(codePoint);
                continue;
            }
            Flush(literals, parts);
            if (repeated is not SequenceNode { Parts.Count: 0 })
                parts.Add(repeated);
        }
        Flush(literals, parts);
        return parts.Count == 1 ? parts[0] : new SequenceNode(parts);
    }

    private void Flush(List<int> literals, List<PatternNode> parts)
    {
        if (literals.Count > 0)
            parts.Add(CaseFolding.Match([.. literals], _options.HasFlag(Options.Behind)));
        literals.Clear();
    }

    // A literal is given as well as the node that matches it alone.
    private PatternNode ReadAtom(out int? literal)
    {
        literal = null;
        var next = _pattern[_at++];
        switch (next)
        {
            case '(':
                return ReadGroup();
            case '[':
                return ReadClass();
            case '.':
                return new CharacterNode(_options.HasFlag(Options.DotMatchesLineEnd) ? CodePointSet.All : NotLineEnd);
            case '^':
                return new AnchorNode(Anchor.LineStart);
            case '$':
                return new AnchorNode(Anchor.LineEnd);
            case '\\':
                return ReadEscape(out literal);
            case '*' or '+' or '?':
                throw Malformed($"a {Show(next)} that repeats nothing");
            case '{' when TryReadInterval(out _, out _, out _):
                throw Malformed("an interval that repeats nothing");
            case ' ' or '\t' or '\n' or '\r' or '\f' when _options.HasFlag(Options.Extended):
                return SequenceNode.Empty;
            case '#' when _options.HasFlag(Options.Extended):
                SkipComment('\n');
                return SequenceNode.Empty;
            default:
                literal = next;
                return MatchLiteral(next);
        }
    }

    private PatternNode MatchLiteral(int codePoint) =>
        _options.HasFlag(Options.IgnoreCase)
            ? CaseFolding.Match([codePoint], _options.HasFlag(Options.Behind))
            : new CharacterNode(CodePointSet.Of(codePoint));

    private PatternNode ReadRepeats(PatternNode atom, ref int? literal)
    {
        for (var repeats = 0; TryReadRepeat(out var min, out var max, out var mode); repeats++)
        {
            if (repeats == MaxRepeatsOfOne)
                throw new NotSupportedException($"more than {MaxRepeatsOfOne} repetitions of the same part");
            if (atom is AnchorNode or LookNode)
                throw Malformed("a repetition of what takes no characters, before it,");
            atom = new RepeatNode(atom, min, max, mode);
            literal = null;
        }
        return atom;
    }

    private bool TryReadRepeat(out int min, out int max, out RepeatMode mode)
    {
        (min, max, mode) = Next switch
        {
            '*' => (0, PatternNode.Unbounded, RepeatMode.Greedy),
            '+' => (1, PatternNode.Unbounded, RepeatMode.Greedy),
            '?' => (0, 1, RepeatMode.Greedy),
            _ => (-1, 0, RepeatMode.Greedy),
        };
        if (min >= 0)
        {
            _at++;
            mode = Take('?') ? RepeatMode.Lazy : Take('+') ? RepeatMode.Possessive : RepeatMode.Greedy;
            return true;
        }
        if (Next != '{')
            return false;
        _at++;
        if (TryReadInterval(out min, out max, out var isFixed))
        {
            // {4,2} is {2,4} without giving back; {2}? is not lazy, but a repetition of {2}.
            if (min > max)
                (min, max, mode) = (max, min, RepeatMode.Possessive);
            else if (!isFixed && Take('?'))
                mode = RepeatMode.Lazy;
            return true;
        }
        _at--;
        return false;
    }

    // Behind the opening brace; what is no interval is left where it is and counts as text.
    private bool TryReadInterval(out int min, out int max, out bool isFixed)
    {
        var start = _at;
        isFixed = false;
        var hasMin = TryReadNumber(out min);
        max = min;
        if (Take(','))
        {
            if (!TryReadNumber(out max))
                max = hasMin ? PatternNode.Unbounded : -1;
        }
        else
        {
            isFixed = true;
            if (!hasMin)
                max = -1;
        }
        if (max >= 0 && Take('}'))
            return true;
        _at = start;
        return false;
    }

    private bool TryReadNumber(out int number)
    {
        number = 0;
        var start = _at;
        for (; Next is >= '0' and <= '9'; _at++)
        {
            number = 10 * number + Next - '0';
            if (number > MaxRepeat)
                throw Malformed($"a repetition of more than {MaxRepeat} times");
        }
        return _at > start;
    }

    private void SkipComment(char end)
    {
        while (!AtEnd && _pattern[_at++] != end)
        {
        }
    }
}
