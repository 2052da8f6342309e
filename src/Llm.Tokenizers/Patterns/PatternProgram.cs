namespace Llm.Tokenizers;

/// <summary>What a <see cref="PatternMatcher"/> does at a step.</summary>
internal enum StepKind
{
    /// <summary>Takes a code point of the set.</summary>
    Character,

    /// <summary>Takes code points of the set, at least Low and at most High, and gives back if need be.</summary>
    Run,

    /// <summary>Takes code points of the set, at least Low and at most High, for good.</summary>
    PossessiveRun,

    /// <summary>Goes on at Low, and at High when that fails.</summary>
    Branch,

    /// <summary>Goes on at Low.</summary>
    Jump,

    /// <summary>Notes the place in slot Low.</summary>
    Mark,

    /// <summary>Goes on at High if the place is still the one in slot Low.</summary>
    LeaveIfUnmoved,

    /// <summary>Is at the anchor that Low names.</summary>
    Anchor,

    /// <summary>The steps from the next one to Low match here; the text is not taken.</summary>
    Ahead,

    /// <summary>The steps from the next one to Low do not match here.</summary>
    NotAhead,

    /// <summary>The next but one step and those up to Low match a text that ends here, of lengths that the next step holds.</summary>
    Behind,

    /// <summary>The same, but they do not match.</summary>
    NotBehind,

    /// <summary>The steps from the next one to Low match, in the first way they find.</summary>
    Atomic,

    /// <summary>The end of a look behind: the place must be where it began.</summary>
    EndBehind,

    /// <summary>The end of the program, or of a part of it.</summary>
    End,
}

/// <summary>A step of a <see cref="PatternProgram"/>.</summary>
internal readonly record struct Step(StepKind Kind, int Low = 0, int High = 0, CodePointSet? Set = null);

/// <summary>A regular expression as steps for a matcher that backtracks.</summary>
internal sealed class PatternProgram
{
    private const int MaxSteps = 20_000;

    private readonly List<Step> _steps = [];

    private PatternProgram(PatternNode node)
    {
        Add(node);
        _steps.Add(new Step(StepKind.End));
        Steps = [.. _steps];
        First = node.MinLength > 0 ? node.First : null;
    }

    public Step[] Steps { get; }

    /// <summary>How many places <see cref="StepKind.Mark"/> notes.</summary>
    public int MarkCount { get; private set; }

    /// <summary>The code points that a match can start with; null if a match may be empty.</summary>
    public CodePointSet? First { get; }

    /// <exception cref="FormatException">The pattern is malformed.</exception>
    /// <exception cref="NotSupportedException">The pattern asks for something that is not supported.</exception>
    public static PatternProgram Compile(string pattern)
    {
        var node = PatternParser.Parse(pattern);
        try
        {
            return new PatternProgram(node);
        }
        catch (NotSupportedException error)
        {
            throw new NotSupportedException($"The pattern {PatternParser.Shorten(pattern)} is not supported: {error.Message}", error);
        }
    }

    private void Add(PatternNode node)
    {
        if (_steps.Count > MaxSteps)
            throw new NotSupportedException($"its repetitions, written out, make more than {MaxSteps} steps.");
        switch (node)
        {
            case CharacterNode character:
                _steps.Add(new Step(StepKind.Character, Set: character.Set));
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                    Add(part);
                break;
            case ChoiceNode choice:
                AddChoice(choice);
                break;
            case RepeatNode repeat:
                AddRepeat(repeat);
                break;
            case LookNode look:
                AddLook(look);
                break;
            case AtomicNode atomic:
                AddEnclosed(StepKind.Atomic, atomic.Part, StepKind.End);
                break;
            case AnchorNode anchor:
                _steps.Add(new Step(StepKind.Anchor, (int)anchor.Anchor));
                break;
        }
    }

    private void AddChoice(ChoiceNode choice)
    {
        var jumps = new List<int>();
        for (var i = 0; i < choice.Branches.Count - 1; i++)
        {
            var branch = Reserve();
            Add(choice.Branches[i]);
            jumps.Add(Reserve());
            _steps[branch] = new Step(StepKind.Branch, branch + 1, _steps.Count);
        }
        Add(choice.Branches[^1]);
        foreach (var jump in jumps)
            _steps[jump] = new Step(StepKind.Jump, _steps.Count);
    }

    private void AddRepeat(RepeatNode repeat)
    {
        if (repeat.Part is CharacterNode character && repeat.Mode != RepeatMode.Lazy && repeat.Max > 0)
        {
            var kind = repeat.Mode == RepeatMode.Greedy ? StepKind.Run : StepKind.PossessiveRun;
            _steps.Add(new Step(kind, repeat.Min, repeat.Max, character.Set));
            return;
        }
        if (repeat.Mode == RepeatMode.Possessive)
        {
            AddEnclosed(StepKind.Atomic, repeat with { Mode = RepeatMode.Greedy }, StepKind.End);
            return;
        }
        if (repeat.Max == 0 || TakesNothing(repeat.Part))
            return;
        for (var i = 0; i < repeat.Min; i++)
            Add(repeat.Part);
        if (repeat.Max == PatternNode.Unbounded)
            AddLoop(repeat);
        else
            AddOptions(repeat);
    }

    // No steps, however often it is repeated.
    private static bool TakesNothing(PatternNode node) => node switch
    {
        SequenceNode sequence => sequence.Parts.All(TakesNothing),
        RepeatNode repeat => repeat.Max == 0 || TakesNothing(repeat.Part),
        _ => false,
    };

    // A round that takes nothing ends the loop, or it would never end.
    private void AddLoop(RepeatNode repeat)
    {
        var start = Reserve();
        var mark = repeat.Part.MinLength == 0 ? MarkCount++ : -1;
        if (mark >= 0)
            _steps.Add(new Step(StepKind.Mark, mark));
        Add(repeat.Part);
        var check = mark >= 0 ? Reserve() : -1;
        _steps.Add(new Step(StepKind.Jump, start));
        if (check >= 0)
            _steps[check] = new Step(StepKind.LeaveIfUnmoved, mark, _steps.Count);
        SetBranch(start, repeat.Mode);
    }

    private void AddOptions(RepeatNode repeat)
    {
        var branches = new List<int>();
        for (var i = repeat.Min; i < repeat.Max; i++)
        {
            branches.Add(Reserve());
            Add(repeat.Part);
        }
        foreach (var branch in branches)
            SetBranch(branch, repeat.Mode);
    }

    // Into what follows the branch, or past all that was added since.
    private void SetBranch(int branch, RepeatMode mode) => _steps[branch] = mode == RepeatMode.Lazy
        ? new Step(StepKind.Branch, _steps.Count, branch + 1)
        : new Step(StepKind.Branch, branch + 1, _steps.Count);

    private void AddLook(LookNode look)
    {
        if (!look.IsBehind)
        {
            AddEnclosed(look.IsNegative ? StepKind.NotAhead : StepKind.Ahead, look.Part, StepKind.End);
            return;
        }
        var start = Reserve();
        _steps.Add(new Step(StepKind.Jump, look.Part.MinLength, look.Part.MaxLength)); // never run: it holds the lengths
        Add(look.Part);
        _steps.Add(new Step(StepKind.EndBehind));
        _steps[start] = new Step(look.IsNegative ? StepKind.NotBehind : StepKind.Behind, _steps.Count);
    }

    private void AddEnclosed(StepKind kind, PatternNode node, StepKind end)
    {
        var start = Reserve();
        Add(node);
        _steps.Add(new Step(end));
        _steps[start] = new Step(kind, _steps.Count);
    }

    private int Reserve()
    {
        _steps.Add(default);
        return _steps.Count - 1;
    }
}
