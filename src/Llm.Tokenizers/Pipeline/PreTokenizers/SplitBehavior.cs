using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>What becomes of the parts that a pattern matches, when a text is cut around them.</summary>
internal enum SplitBehavior
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>The first of a run is the end of the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>The last of a run is the start of the piece after it.</summary>
    MergedWithNext,

    /// <summary>A run is a piece.</summary>
    Contiguous,
}

/// <summary>Cuts texts around matches.</summary>
internal static class SplitBehaviors
{
    public static SplitBehavior Read(JsonElement section, SplitBehavior? ifMissing = null)
    {
        if (section.Find("behavior") is null && ifMissing is { } value)
            return value;
        var name = section.Text("behavior");
        return Enum.GetNames<SplitBehavior>().Contains(name)
            ? Enum.Parse<SplitBehavior>(name)
            : throw new FormatException(
                $"behavior of {SectionReading.TypeOf(section)} is '{name}'; "
                + $"it must be one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}.");
    }

    /// <summary>Appends the pieces of a text around matches.</summary>
    /// <param name="behavior">What becomes of the matches.</param>
    /// <param name="text">The text.</param>
    /// <param name="matches">The matches, from left to right.</param>
    /// <param name="inverts">The parts between the matches count as the matches.</param>
    /// <param name="pieces">Where the pieces go.</param>
    public static void Split(
        this SplitBehavior behavior, AlignedText text, List<(int Start, int Length)> matches, bool inverts, List<AlignedText> pieces)
    {
        if (text.Text.Length == 0)
            return;
        var parts = Parts(text.Text.Length, matches, inverts);
        foreach (var (start, end) in Join(behavior, parts))
        {
            if (end > start)
                pieces.Add(text.Slice(start, end - start));
        }
    }

    private static List<Part> Parts(int length, List<(int Start, int Length)> matches, bool inverts)
    {
        var parts = new List<Part>(2 * matches.Count + 1);
        var done = 0;
        foreach (var (start, matched) in matches)
        {
            if (start > done)
                parts.Add(new Part(done, start, inverts));
            parts.Add(new Part(start, start + matched, !inverts));
            done = start + matched;
        }
        if (done < length)
            parts.Add(new Part(done, length, inverts));
        return parts;
    }

    private static IEnumerable<(int Start, int End)> Join(SplitBehavior behavior, List<Part> parts) => behavior switch
    {
        SplitBehavior.Removed => parts.Where(part => !part.IsMatch).Select(part => (part.Start, part.End)),
        SplitBehavior.Isolated => parts.Select(part => (part.Start, part.End)),
        SplitBehavior.Contiguous => JoinWithLast(parts, (part, previousIsMatch) => part.IsMatch == previousIsMatch),
        SplitBehavior.MergedWithPrevious => JoinWithLast(parts, (part, previousIsMatch) => part.IsMatch && !previousIsMatch),
        _ => JoinWithLast(Enumerable.Reverse(parts), (part, previousIsMatch) => part.IsMatch && !previousIsMatch).AsEnumerable().Reverse(),
    };

    private static List<(int Start, int End)> JoinWithLast(IEnumerable<Part> parts, Func<Part, bool, bool> joins)
    {
        var joined = new List<(int Start, int End)>();
        var previousIsMatch = false;
        foreach (var part in parts)
        {
            if (joined.Count > 0 && joins(part, previousIsMatch))
                joined[^1] = (Math.Min(joined[^1].Start, part.Start), Math.Max(joined[^1].End, part.End));
            else
                joined.Add((part.Start, part.End));
            previousIsMatch = part.IsMatch;
        }
        return joined;
    }

    private readonly record struct Part(int Start, int End, bool IsMatch);
}
