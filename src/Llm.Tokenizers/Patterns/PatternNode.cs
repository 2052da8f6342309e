namespace Llm.Tokenizers;

/// <summary>A part of a regular expression.</summary>
internal abstract record PatternNode
{
    /// <summary>A length without limit.</summary>
    public const int Unbounded = int.MaxValue;

    /// <summary>The fewest code points that the part matches.</summary>
    public abstract int MinLength { get; }

    /// <summary>The most code points that the part matches, or <see cref="Unbounded"/>.</summary>
    public abstract int MaxLength { get; }

    /// <summary>The code points that a match which is not empty can start with, or more.</summary>
    public abstract CodePointSet First { get; }

    protected static int Multiply(int length, int count) => (int)Math.Min((long)length * count, Unbounded);

    protected static int Sum(IEnumerable<int> lengths) => (int)Math.Min(lengths.Sum(length => (long)length), Unbounded);
}

/// <summary>One code point of a set.</summary>
internal sealed record CharacterNode(CodePointSet Set) : PatternNode
{
    public override int MinLength => 1;

    public override int MaxLength => 1;

    public override CodePointSet First => Set;
}

/// <summary>Parts one after the other; none match the empty string.</summary>
internal sealed record SequenceNode(IReadOnlyList<PatternNode> Parts) : PatternNode
{
    public static SequenceNode Empty { get; } = new([]);

    public override int MinLength { get; } = Sum(Parts.Select(part => part.MinLength));

    public override int MaxLength { get; } = Sum(Parts.Select(part => part.MaxLength));

    public override CodePointSet First { get; } = FirstOf(Parts);

    private static CodePointSet FirstOf(IReadOnlyList<PatternNode> parts)
    {
        var first = CodePointSet.Empty;
        foreach (var part in parts)
        {
            first = first.Union(part.First);
            if (part.MinLength > 0)
                return first;
        }
        return first;
    }
}

/// <summary>The first of several parts that leads to a match.</summary>
internal sealed record ChoiceNode(IReadOnlyList<PatternNode> Branches) : PatternNode
{
    public override int MinLength { get; } = Branches.Min(branch => branch.MinLength);

    public override int MaxLength { get; } = Branches.Max(branch => branch.MaxLength);

    public override CodePointSet First { get; } =
        CodePointSet.OfRanges([.. Branches.SelectMany(branch => branch.First.Ranges)]);
}

/// <summary>How a repetition looks for its number.</summary>
internal enum RepeatMode
{
    /// <summary>Many first.</summary>
    Greedy,

    /// <summary>Few first.</summary>
    Lazy,

    /// <summary>As many as there are, and no fewer later.</summary>
    Possessive,
}

/// <summary>A part several times.</summary>
internal sealed record RepeatNode(PatternNode Part, int Min, int Max, RepeatMode Mode) : PatternNode
{
    public override int MinLength { get; } = Multiply(Part.MinLength, Min);

    public override int MaxLength { get; } = Multiply(Part.MaxLength, Max);

    public override CodePointSet First => Max == 0 ? CodePointSet.Empty : Part.First;
}

/// <summary>A part that must or must not match here, or up to here, and takes nothing.</summary>
internal sealed record LookNode(PatternNode Part, bool IsBehind, bool IsNegative) : PatternNode
{
    public override int MinLength => 0;

    public override int MaxLength => 0;

    public override CodePointSet First => CodePointSet.Empty;
}

/// <summary>A part whose first match counts: other ways of matching it are not tried.</summary>
internal sealed record AtomicNode(PatternNode Part) : PatternNode
{
    public override int MinLength => Part.MinLength;

    public override int MaxLength => Part.MaxLength;

    public override CodePointSet First => Part.First;
}

/// <summary>A place in the text.</summary>
internal enum Anchor
{
    TextStart,
    TextEnd,
    TextEndOrLastLineEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

/// <summary>A place that must be here.</summary>
internal sealed record AnchorNode(Anchor Anchor) : PatternNode
{
    public override int MinLength => 0;

    public override int MaxLength => 0;

    public override CodePointSet First => CodePointSet.Empty;
}
