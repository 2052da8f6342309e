namespace Llm.Tokenizers;

/// <summary>Matching without regard to case, by Unicode's full case folding: ß matches ss, and the Kelvin sign k.</summary>
internal static class CaseFolding
{
    private const int MaxFolded = 3; // code points that one folds to, at most
    private const int MaxCluster = 16; // there are more ways to read a longer one than a pattern can list

    // What other characters fold to → those characters; a single code point is among them itself.
    private static readonly Lazy<Dictionary<(int, int, int), List<int>>> ByFold = new(GroupByFold);

    /// <summary>A set with all characters that differ from a member in case only.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        var added = new List<(int, int)>(set.Ranges);
        foreach (var group in ByFold.Value.Values)
        {
            if (group.Exists(set.Contains))
                added.AddRange(group.Select(member => (member, member)));
        }
        return CodePointSet.OfRanges(added);
    }

    /// <summary>Matches a literal text in any case.</summary>
    public static PatternNode Match(IEnumerable<int> text)
    {
        int[] folded = [.. text.SelectMany(Fold)];
        var parts = new List<PatternNode>();
        for (var at = 0; at < folded.Length;)
        {
            var end = EndOfCluster(folded, at);
            if (end - at > MaxCluster)
                throw new NotSupportedException($"{end - at} letters without regard to case, of which each two may be a ligature");
            parts.Add(MatchCluster(folded.AsSpan(at, end - at)));
            at = end;
        }
        return parts.Count == 1 ? parts[0] : new SequenceNode(parts);
    }

    private static int[] Fold(int codePoint) => UnicodeData.CaseFolds.TryGetValue(codePoint, out var folded) ? folded : [codePoint];

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

    private static List<int>? CharactersOf(ReadOnlySpan<int> folded) => ByFold.Value.GetValueOrDefault(Key(folded));

    // Code points belong together where one character may stand for several of them.
    private static int EndOfCluster(int[] folded, int start)
    {
        var end = start + 1;
        for (var at = start; at < end; at++)
        {
            for (var length = 2; length <= MaxFolded && at + length <= folded.Length; length++)
            {
                if (CharactersOf(folded.AsSpan(at, length)) is not null)
                    end = Math.Max(end, at + length);
            }
        }
        return end;
    }

    private static PatternNode MatchCluster(ReadOnlySpan<int> folded)
    {
        var branches = new List<PatternNode>();
        for (var length = 1; length <= Math.Min(MaxFolded, folded.Length); length++)
        {
            if (CharactersOf(folded[..length]) is not { } characters)
            {
                if (length > 1)
                    continue;
                characters = [folded[0]];
            }
            var first = new CharacterNode(CodePointSet.Of([.. characters]));
            branches.Add(length == folded.Length ? first : new SequenceNode([first, MatchCluster(folded[length..])]));
        }
        return branches.Count == 1 ? branches[0] : new ChoiceNode(branches);
    }
}
