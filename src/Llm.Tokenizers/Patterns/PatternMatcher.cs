namespace Llm.Tokenizers;

/// <summary>
/// Looks for matches of a <see cref="PatternProgram"/> by backtracking, in the order that Oniguruma tries them. The steps of a search are
/// counted, so that a pattern which would take forever on a text fails instead.
/// </summary>
internal sealed class PatternMatcher(PatternProgram program)
{
    // Less than a second, and more where the search gets on. Oniguruma gives up too, but counts each start anew, which may take forever.
    private const long StepsAtStart = 50_000_000;
    private const long StepsPerUnit = 100;

    private const int MarkEntry = -1;

    private readonly Step[] _steps = program.Steps;
    private readonly int[] _marks = new int[program.MarkCount];
    private Entry[] _stack = new Entry[64]; // what to try when a step fails
    private int _count;
    private int _end; // of what may be taken: the end of the text, or the place that a look behind starts from
    private long _stepsLeft = StepsAtStart; // a second thread may begin in the middle of a text

    /// <summary>Gives the searches of a new text their steps.</summary>
    public void StartText() => _stepsLeft = StepsAtStart;

    /// <summary>The first match that starts at <paramref name="from"/> or later.</summary>
    /// <exception cref="InvalidOperationException">The search takes too many steps.</exception>
    public bool Find<TReader>(TReader text, int from, out int start, out int end)
        where TReader : struct, ICodePointReader
    {
        (_count, _end) = (0, text.Length);
        end = -1;
        for (start = from; start < text.Length;)
        {
            var codePoint = text.Read(start, out var length);
            if (program.First?.Contains(codePoint) ?? true)
            {
                end = Run(text, 0, start, behindEnd: -1);
                if (end >= 0)
                    break;
                length = Math.Max(length, LengthOfFirstRun(text, start));
            }
            start += length;
        }
        if (start == text.Length && program.First is null)
            end = Run(text, 0, start, behindEnd: -1);
        _stepsLeft += StepsPerUnit * (Math.Max(start, end) - from);
        return end >= 0;
    }

    // A pattern that starts with a run has tried all ends of it from its first character: it fails from the others as well.
    private int LengthOfFirstRun<TReader>(TReader text, int start)
        where TReader : struct, ICodePointReader
    {
        if (_steps[0] is not { Kind: StepKind.Run or StepKind.PossessiveRun, High: PatternNode.Unbounded })
            return 0;
        var end = start;
        while (end < text.Length && _steps[0].Set!.Contains(text.Read(end, out var length)))
            end += length;
        return end - start;
    }

    // The place where the steps from one on end; -1 if they do not match at this place.
    private int Run<TReader>(TReader text, int step, int at, int behindEnd)
        where TReader : struct, ICodePointReader
    {
        var bottom = _count;
        while (true)
        {
            ref readonly var current = ref _steps[step];
            switch (current.Kind)
            {
                case StepKind.Character when at < _end && current.Set!.Contains(text.Read(at, out var length)):
                    at += length;
                    step++;
                    continue;
                case StepKind.Run or StepKind.PossessiveRun when TakeRun(text, current, step + 1, ref at):
                    step++;
                    continue;
                case StepKind.Branch:
                    Push(new Entry(current.High, at, at));
                    step = current.Low;
                    continue;
                case StepKind.Jump:
                    step = current.Low;
                    continue;
                case StepKind.Mark:
                    Push(new Entry(MarkEntry - current.Low, _marks[current.Low], 0));
                    _marks[current.Low] = at;
                    step++;
                    continue;
                case StepKind.LeaveIfUnmoved:
                    step = _marks[current.Low] == at ? current.High : step + 1;
                    continue;
                case StepKind.Anchor when IsAt(text, (Anchor)current.Low, at):
                    step++;
                    continue;
                case StepKind.Ahead or StepKind.NotAhead when Run(text, step + 1, at, -1) >= 0 == (current.Kind == StepKind.Ahead):
                case StepKind.Behind or StepKind.NotBehind when EndsBehind(text, step + 1, at) == (current.Kind == StepKind.Behind):
                    step = current.Low;
                    continue;
                case StepKind.Atomic when Run(text, step + 1, at, -1) is >= 0 and var end:
                    (step, at) = (current.Low, end);
                    continue;
                case StepKind.EndBehind when at == behindEnd:
                case StepKind.End:
                    _count = bottom;
                    return at;
            }
            if (!TryPop(text, bottom, ref step, ref at))
                return -1;
        }
    }

    private bool TakeRun<TReader>(TReader text, in Step run, int next, ref int at)
        where TReader : struct, ICodePointReader
    {
        var (taken, least) = (0, at);
        var end = at;
        while (taken < run.High && end < _end && run.Set!.Contains(text.Read(end, out var length)))
        {
            end += length;
            if (++taken == run.Low)
                least = end;
        }
        Spend(taken);
        if (taken < run.Low)
            return false;
        if (run.Kind == StepKind.Run && end > least)
            Push(new Entry(next, end, least));
        at = end;
        return true;
    }

    // Goes back to the last choice made above the bottom, and takes the other way.
    private bool TryPop<TReader>(TReader text, int bottom, ref int step, ref int at)
        where TReader : struct, ICodePointReader
    {
        Spend(1);
        while (_count > bottom)
        {
            ref var entry = ref _stack[_count - 1];
            if (entry.Step <= MarkEntry)
            {
                _marks[MarkEntry - entry.Step] = entry.At;
                _count--;
                continue;
            }
            (step, at) = (entry.Step, entry.At);
            if (at > entry.Least) // a run gives one code point back
            {
                text.ReadBefore(at, out var length);
                at -= length;
                entry = entry with { At = at };
            }
            if (at == entry.Least)
                _count--;
            return true;
        }
        return false;
    }

    private bool EndsBehind<TReader>(TReader text, int lengths, int at)
        where TReader : struct, ICodePointReader
    {
        var (min, max) = (_steps[lengths].Low, _steps[lengths].High);
        var before = _end;
        _end = at;
        var isFound = false;
        var start = at;
        for (var length = 0; length <= max && !isFound; length++)
        {
            isFound = length >= min && Run(text, lengths + 1, start, behindEnd: at) >= 0;
            if (start == 0)
                break;
            text.ReadBefore(start, out var units);
            start -= units;
            Spend(1);
        }
        _end = before;
        return isFound;
    }

    private static bool IsAt<TReader>(TReader text, Anchor anchor, int at)
        where TReader : struct, ICodePointReader => anchor switch
        {
            Anchor.TextStart => at == 0,
            Anchor.TextEnd => at == text.Length,
            Anchor.TextEndOrLastLineEnd => at == text.Length || (at == text.Length - 1 && text.Read(at, out _) == '\n'),
            Anchor.LineStart => at == 0 || (at < text.Length && text.ReadBefore(at, out _) == '\n'),
            Anchor.LineEnd => at == text.Length || text.Read(at, out _) == '\n',
            Anchor.WordBoundary => IsWordBefore(text, at) != IsWordAt(text, at),
            _ => IsWordBefore(text, at) == IsWordAt(text, at),
        };

    private static bool IsWordBefore<TReader>(TReader text, int at)
        where TReader : struct, ICodePointReader => at > 0 && UnicodeProperties.Word.Contains(text.ReadBefore(at, out _));

    private static bool IsWordAt<TReader>(TReader text, int at)
        where TReader : struct, ICodePointReader => at < text.Length && UnicodeProperties.Word.Contains(text.Read(at, out _));

    private void Spend(int steps)
    {
        _stepsLeft -= steps;
        if (_stepsLeft < 0)
            throw new InvalidOperationException("it takes too many steps");
    }

    private void Push(in Entry entry)
    {
        Spend(1);
        if (_count == _stack.Length)
            Array.Resize(ref _stack, 2 * _count);
        _stack[_count++] = entry;
    }

    /// <summary>A way not taken: the step to go on with, the place, and the place that a run must keep. Or a mark to set back.</summary>
    private readonly record struct Entry(int Step, int At, int Least);
}
