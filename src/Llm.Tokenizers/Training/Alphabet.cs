namespace Llm.Tokenizers;

/// <summary>The symbols that a vocabulary begins with.</summary>
internal static class Alphabet
{
    /// <summary>The symbols that were seen or are wanted anyway, in rising order; of too many, the most frequent.</summary>
    /// <param name="seen">Symbol → occurrences.</param>
    /// <param name="wanted">Symbols that are in whatever their frequency.</param>
    /// <param name="limit">The most symbols; null for any number. What is wanted counts, and is in even beyond it.</param>
    public static List<int> Choose(IReadOnlyDictionary<int, long> seen, IReadOnlyCollection<int> wanted, int? limit)
    {
        var room = Math.Max(0, (limit ?? int.MaxValue) - wanted.Count);
        var others = seen.Where(symbol => !wanted.Contains(symbol.Key))
            .OrderByDescending(symbol => symbol.Value).ThenBy(symbol => symbol.Key).Take(room).Select(symbol => symbol.Key);
        return [.. wanted.Concat(others).Order()];
    }
}
