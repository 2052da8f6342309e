namespace Llm.Tokenizers;

internal sealed partial class TokenSequence
{
    // Windows repeat tokens, those of pairs each with each; a text must not be able to fill the memory.
    private const long MaxOverflowingTokens = 1 << 24;

    /// <summary>
    /// Keeps so many tokens; the rest is kept in further windows, of which two neighbours share <paramref name="stride"/> tokens.
    /// </summary>
    /// <exception cref="ArgumentException">The windows would not move on, or would be too many.</exception>
    public void Truncate(int maxLength, int stride, TextSide side)
    {
        if (maxLength >= Rows.Count)
            return;
        if (maxLength == 0)
        {
            var whole = Copy();
            Rows.Clear();
            _sequences.Clear();
            Overflowing = [whole];
            return;
        }
        if (stride >= maxLength)
            throw new ArgumentException(
                $"Windows of {maxLength} tokens (special tokens not counted) cannot share {stride} tokens. "
                + "Make Stride smaller, or MaxLength larger.");
        LimitWindows((Rows.Count - maxLength) / (maxLength - stride), maxLength);
        var windows = Windows(maxLength, maxLength - stride, side).Select(window => new TokenSequence(Rows[window])).ToList();
        Rows.Clear();
        Rows.AddRange(windows[0].Rows);
        _sequences.Clear();
        Overflowing = windows[1..];
    }

    /// <summary>Adds padding tokens until there are <paramref name="length"/> tokens, in all windows.</summary>
    public void Pad(int length, TextSide side, TokenRow padding)
    {
        foreach (var part in Overflowing)
            part.Pad(length, side, padding);
        if (Rows.Count >= length)
            return;
        var added = Enumerable.Repeat(padding, length - Rows.Count).ToArray();
        if (side == TextSide.Right)
        {
            Rows.AddRange(added);
            return;
        }
        Rows.InsertRange(0, added);
        foreach (var (number, rows) in _sequences)
            _sequences[number] = Shift(rows, added.Length);
    }

    private List<Range> Windows(int maxLength, int step, TextSide side)
    {
        var windows = new List<Range>();
        if (side == TextSide.Right)
        {
            for (var start = 0; windows.Count == 0 || windows[^1].End.Value < Rows.Count; start += step)
                windows.Add(start..Math.Min(start + maxLength, Rows.Count));
            return windows;
        }
        for (var end = Rows.Count; windows.Count == 0 || windows[^1].Start.Value > 0; end -= step)
            windows.Add(Math.Max(end - maxLength, 0)..end);
        return windows;
    }

    private static void LimitWindows(long windows, int length)
    {
        if (windows > 1 && windows * length > MaxOverflowingTokens)
            throw new ArgumentException(
                $"Truncation would leave {windows} windows of up to {length} tokens, which is too much. Make Stride smaller or MaxLength "
                + "larger, or split the text.");
    }
}
