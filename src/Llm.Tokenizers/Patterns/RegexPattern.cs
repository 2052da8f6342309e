namespace Llm.Tokenizers;

/// <summary>A split pattern given as any regular expression in Oniguruma's syntax; what it does not match is a piece as well.</summary>
internal sealed class RegexPattern(string regex) : SplitPattern("regex", regex)
{
    private readonly PatternProgram _program = PatternProgram.Compile(regex);

    private PatternMatcher? _spare; // for the next call, as long as no other one has it

    // Nothing is known about it.
    internal override int Lookahead => int.MaxValue;

    internal override bool MatchesEverything => false;

    internal override unsafe int Split(byte* start, byte* text, byte* end, Span<int> lengths)
    {
        var utf8 = new Utf8Reader(start, (int)(end - start));
        var matcher = RentMatcher();
        var at = (int)(text - start);
        if (at == 0)
            matcher.StartText();
        var count = 0;
        while (count < lengths.Length && at < utf8.Length)
        {
            FindPiece(matcher, utf8, at, out var matchStart, out var matchEnd);
            if (matchStart > at)
                lengths[count++] = matchStart - at;
            if (matchEnd > matchStart && count < lengths.Length)
                lengths[count++] = matchEnd - matchStart;
            else
                matchEnd = matchStart; // nothing to add, or it is found again in the next call
            at = matchEnd;
        }
        _spare = matcher;
        return count;
    }

    internal override unsafe List<(int Start, int Length)> FindMatches(string text)
    {
        var matches = new List<(int, int)>();
        var matcher = RentMatcher();
        matcher.StartText();
        fixed (char* start = text)
        {
            var utf16 = new Utf16Reader(start, text.Length);
            var lastEnd = -1;
            for (var at = 0; at <= text.Length && Find(matcher, utf16, at, out var matchStart, out var matchEnd);)
            {
                // An empty match right behind another one does not count; the search goes on a character later.
                if (matchEnd == matchStart && matchEnd == lastEnd)
                {
                    if (matchEnd == text.Length)
                        break;
                    utf16.Read(matchEnd, out var length);
                    at = matchEnd + length;
                    continue;
                }
                matches.Add((matchStart, matchEnd - matchStart));
                at = lastEnd = matchEnd;
            }
        }
        _spare = matcher;
        return matches;
    }

    // The next match that is not empty, or an empty one behind the first character; the end of the text if there is none.
    private void FindPiece<TReader>(PatternMatcher matcher, TReader text, int at, out int start, out int end)
        where TReader : struct, ICodePointReader
    {
        if (!Find(matcher, text, at, out start, out end))
            (start, end) = (text.Length, text.Length);
        if (end > at)
            return;
        text.Read(at, out var length);
        if (!Find(matcher, text, at + length, out start, out end))
            (start, end) = (text.Length, text.Length);
    }

    private bool Find<TReader>(PatternMatcher matcher, TReader text, int from, out int start, out int end)
        where TReader : struct, ICodePointReader
    {
        try
        {
            return matcher.Find(text, from, out start, out end);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidOperationException(
                $"The pattern {PatternParser.Shorten(Regex!)} takes too many steps on a text of {text.Length} units: it tries the same "
                + "characters in many ways.",
                error);
        }
    }

    private PatternMatcher RentMatcher() => Interlocked.Exchange(ref _spare, null) ?? new PatternMatcher(_program);
}
