namespace Llm.Tokenizers;

/// <summary>
/// Matching without regard to case, by Unicode's full case folding as Oniguruma applies it: ß matches ss, and the Kelvin sign k. From left
/// to right, the longest group of characters that a single one may stand for is taken together, and no other grouping is tried.
/// </summary>
internal static class CaseFolding
{
    private const int MaxFolded = 3; // code points that one folds to, at most

    // What other characters fold to → those characters; a single code point is among them itself.
    private static readonly Lazy<Dictionary<(int, int, int), List<int>>> ByFold = new(GroupByFold);

    /// <summary>Matches a class in any case: its members, and what they fold to if that is more than a character.</summary>
    public static PatternNode Match(CodePointSet members, bool isNegative)
    {
        var closed = Close(members);
        if (isNegative)
            return new CharacterNode(closed.Complement());
        var branches = new List<PatternNode> { new CharacterNode(closed) };
        foreach (var (codePoint, folded) in UnicodeData.CaseFolds)
        {
            if (folded.Length > 1 && closed.Contains(codePoint))
                branches.Add(MatchEach(folded));
        }
        return branches.Count == 1 ? branches[0] : new ChoiceNode(branches);
    }

    /// <summary>Matches a literal text in any case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isBehind">Whether characters stand for single characters only, as in Oniguruma's looks behind.</param>
    public static PatternNode Match(IReadOnlyList<int> text, bool isBehind)
    {
        var parts = new List<PatternNode>();
        for (var at = 0; at < text.Count;)
        {
            var taken = isBehind ? 1 : LengthOfGroup(text, at);
            if (taken > 1)
            {
                int[] folded = [.. text.Skip(at).Take(taken).Select(FoldOne)];
                parts.Add(new ChoiceNode([new CharacterNode(CodePointSet.Of([.. ByFold.Value[Key(folded)]])), MatchEach(folded)]));
            }
            else
            {
                parts.Add(MatchOne(text[at], isBehind));
            }
            at += taken;
        }
        return parts.Count == 1 ? parts[0] : new SequenceNode(parts);
    }

    private static CodePointSet Close(CodePointSet set)
    {
        var members = new List<(int, int)>(set.Ranges);
        foreach (var group in ByFold.Value.Values)
        {
            if (group.Exists(set.Contains))
                members.AddRange(group.Select(member => (member, member)));
        }
        return CodePointSet.OfRanges(members);
    }

    private static PatternNode MatchOne(int codePoint, bool isBehind)
    {
        var folded = UnicodeData.CaseFolds.TryGetValue(codePoint, out var more) ? more : [codePoint];
        var single = new CharacterNode(CodePointSet.Of([codePoint, .. ByFold.Value.GetValueOrDefault(Key(folded), [])]));
        return folded.Length == 1 || isBehind ? single : new ChoiceNode([single, MatchEach(folded)]);
    }

    private static SequenceNode MatchEach(IEnumerable<int> folded) =>
        new([.. folded.Select(codePoint => MatchOne(codePoint, isBehind: true))]);

    // How many characters from a place on a single one may stand for.
    private static int LengthOfGroup(IReadOnlyList<int> text, int at)
    {
        for (var length = Math.Min(MaxFolded, text.Count - at); length > 1; length--)
        {
            if (ByFold.Value.ContainsKey(Key([.. text.Skip(at).Take(length).Select(FoldOne)])))
                return length;
        }
        return 1;
    }

    private static int FoldOne(int codePoint) =>
        UnicodeData.CaseFolds.TryGetValue(codePoint, out var folded) && folded.Length == 1 ? folded[0] : codePoint;

    private static Dictionary<(int, int, int), List<int>> GroupByFold()
    {
        var groups = new Dictionary<(int, int, int), List<int>>();
        foreach (var (codePoint, folded) in UnicodeData.CaseFolds)
        {
            var key = Key(folded);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = folded.Length == 1 ? [folded[0]] : [];
            group.Add(codePoint);
        }
        return groups;
    }

    private static (int, int, int) Key(ReadOnlySpan<int> folded) =>
        (folded[0], folded.Length > 1 ? folded[1] : -1, folded.Length > 2 ? folded[2] : -1);
}
