using System.Buffers;

namespace Llm.Sampling;

/// <summary>
/// Finds where the likeliest tokens end without sorting the vocabulary: quickselect (Hoare, 1961) with pivots from a sample (Floyd and
/// Rivest, 1975) that adds up probabilities as it narrows down, so that it can look for a number of tokens and for a share of the
/// probability. The time is proportional to V on average.
/// </summary>
internal static class LikeliestTokens
{
    private const int SampleSize = 64;

    /// <summary>
    /// The fewest likeliest tokens that are at least <paramref name="count"/> and have at least the share <paramref name="mass"/> of the
    /// probability.
    /// </summary>
    /// <param name="logits">Logits (V).</param>
    /// <param name="count">Least number of tokens, at least 1.</param>
    /// <param name="mass">Least share of the probability, 0 to 1.</param>
    /// <returns>
    /// The logit of the last token, and how many tokens with this very logit belong to them. Negative infinity where all tokens do.
    /// </returns>
    public static (float Least, int Ties) Find(ReadOnlySpan<float> logits, int count, double mass = 0)
    {
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var possible = Possible(logits, rented);
        var best = mass > 0 ? Max(possible) : 0;
        var total = mass > 0 ? Weight(possible, best) : 0;
        var found = Narrow(possible, best, count, mass * total, total);
        ArrayPool<float>.Shared.Return(rented);
        return found;
    }

    /// <summary>The largest logit; negative infinity where there is none.</summary>
    public static float Max(ReadOnlySpan<float> logits)
    {
        var best = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            if (logit > best)
                best = logit;
        }
        return best;
    }

    // Looks in the rest for so many more tokens with so much more weight; all that is above the rest belongs to them already.
    private static (float Least, int Ties) Narrow(Span<float> rest, float best, int count, double weight, double total)
    {
        while (!rest.IsEmpty)
        {
            var pivot = Pivot(rest, best, count, weight, total);
            var (above, equal) = Partition(rest, pivot);
            var weightAbove = weight > 0 ? Weight(rest[..above], best) : 0;
            if (above > 0 && above >= count && weightAbove >= weight)
            {
                rest = rest[..above];
                total = weightAbove;
                continue;
            }
            var each = MathF.Exp(pivot - best);
            var missing = weight > weightAbove ? Math.Ceiling((weight - weightAbove) / each) : 0;
            var ties = Math.Max(1, Math.Max(count - above, missing));
            if (ties <= equal)
                return (pivot, (int)ties);
            var passed = weightAbove + (double)each * equal;
            (count, weight, total) = (count - above - equal, weight - passed, total - passed);
            rest = rest[(above + equal)..];
        }
        return (float.NegativeInfinity, 0);
    }

    // A value that is a little below the answer in a sample of the rest: one cut then leaves little more than the answer.
    private static float Pivot(ReadOnlySpan<float> rest, float best, int count, double weight, double total)
    {
        if (rest.Length < 4 * SampleSize)
            return MedianOfThree(rest[0], rest[rest.Length / 2], rest[^1]);

        Span<float> sample = stackalloc float[SampleSize];
        for (var i = 0; i < SampleSize; i++)
            sample[i] = rest[(int)((long)i * rest.Length / SampleSize)];
        sample.Sort();
        var rank = (int)Math.Clamp((long)count * SampleSize / rest.Length + 1, 1, SampleSize - 1);
        if (weight <= 0)
            return sample[^(rank + 1)];
        var needed = Weight(sample, best) * weight / total;
        for (var sum = Weight(sample[^rank..], best); rank < SampleSize - 1 && sum < needed; rank++)
            sum += MathF.Exp(sample[^(rank + 1)] - best);
        return sample[^(rank + 1)];
    }

    private static Span<float> Possible(ReadOnlySpan<float> logits, float[] room)
    {
        var length = 0;
        foreach (var logit in logits)
        {
            if (logit > float.NegativeInfinity)
                room[length++] = logit;
        }
        return room.AsSpan(0, length);
    }

    private static double Weight(ReadOnlySpan<float> logits, float best)
    {
        var sum = 0.0;
        foreach (var logit in logits)
            sum += MathF.Exp(logit - best);
        return sum;
    }

    private static float MedianOfThree(float a, float b, float c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));

    // Puts what is above the pivot first, what equals it next, and the rest last (Dijkstra's flag).
    private static (int Above, int Equal) Partition(Span<float> values, float pivot)
    {
        var (above, next, below) = (0, 0, values.Length);
        while (next < below)
        {
            var value = values[next];
            if (value > pivot)
            {
                values[next++] = values[above];
                values[above++] = value;
            }
            else if (value < pivot)
            {
                values[next] = values[--below];
                values[below] = value;
            }
            else
            {
                next++;
            }
        }
        return (above, next - above);
    }
}
