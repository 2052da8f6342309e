namespace Llm.Tokenizers;

/// <summary>Cuts one or two sequences so that together they are no longer than asked for.</summary>
internal static class PairTruncation
{
    /// <param name="first">The sequence, or the first of a pair.</param>
    /// <param name="second">The second of a pair.</param>
    /// <param name="options">How to cut.</param>
    /// <param name="addedTokens">How many tokens a post-processor will add; they take part in the length.</param>
    /// <exception cref="ArgumentException">The length cannot be reached.</exception>
    public static void Apply(TokenSequence first, TokenSequence? second, TruncationOptions options, int addedTokens)
    {
        var length = options.MaxLength - addedTokens;
        if (length < 0)
            throw new ArgumentException(
                $"MaxLength is {options.MaxLength}, but the special tokens alone are {addedTokens}. "
                + "Make it larger, or set AddSpecialTokens to false.");
        var count = first.Rows.Count + (second?.Rows.Count ?? 0);
        if (length > 0 && count <= length)
            return;
        var (firstLength, secondLength) = length == 0 ? (0, 0) : options.Strategy switch
        {
            TruncationStrategy.OnlyFirst => (Shorten(first, count - length, "first"), int.MaxValue),
            TruncationStrategy.OnlySecond => (int.MaxValue, Shorten(second, count - length, "second")),
            _ => second is null ? (length, 0) : ShortenLongest(first.Rows.Count, second.Rows.Count, length),
        };
        first.Truncate(firstLength, options.Stride, options.Side);
        second?.Truncate(secondLength, options.Stride, options.Side);
    }

    private static int Shorten(TokenSequence? sequence, int surplus, string name)
    {
        if (sequence is null)
            throw new ArgumentException(
                "OnlySecond truncates the second text of a pair, but there is only one text. Use OnlyFirst or LongestFirst.");
        return sequence.Rows.Count > surplus ? sequence.Rows.Count - surplus : throw new ArgumentException(
            $"The {name} text has {sequence.Rows.Count} tokens, too few to cut off the {surplus} that are too many. Use LongestFirst, or "
            + "a larger MaxLength.");
    }

    // The shorter one keeps its length as long as the longer one is the longer one; then both are halves.
    private static (int First, int Second) ShortenLongest(int first, int second, int length)
    {
        var (shorter, longer) = first <= second ? (first, second) : (second, first);
        longer = shorter > length ? shorter : Math.Max(shorter, length - shorter);
        if (shorter + longer > length)
            (shorter, longer) = (length / 2, length / 2 + length % 2);
        return first <= second ? (shorter, longer) : (longer, shorter);
    }
}
