using System.Buffers;

namespace Llm.Sampling;

// In the order in which Hugging Face's library applies them.

/// <summary>
/// Makes every token that occurred less likely, whether once or often: a positive logit is divided by the penalty, another multiplied
/// (Keskar et al., CTRL, 2019).
/// </summary>
public sealed class RepetitionPenaltyProcessor : ILogitsProcessor
{
    private readonly float _penalty;
    private readonly int _ignoredIds;

    /// <summary>Creates the processor.</summary>
    /// <param name="penalty">1 changes nothing; below 1, tokens that occurred become more likely.</param>
    /// <param name="ignoredIds">
    /// So many ids at the start of the text do not count: give the prompt's length to penalize only what was generated.
    /// </param>
    /// <exception cref="ArgumentException">The penalty is not a positive number, or the length is negative.</exception>
    public RepetitionPenaltyProcessor(double penalty, int ignoredIds = 0)
    {
        if (penalty is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentException($"The repetition penalty must be a number above 0 (1 is off), but is {penalty}.", nameof(penalty));
        ArgumentOutOfRangeException.ThrowIfNegative(ignoredIds);
        (_penalty, _ignoredIds) = ((float)penalty, ignoredIds);
    }

    /// <inheritdoc/>
    public void Process(Span<float> logits, ReadOnlySpan<int> ids)
    {
        var seen = ArrayPool<bool>.Shared.Rent(logits.Length);
        seen.AsSpan(0, logits.Length).Clear();
        foreach (var id in ids[Math.Min(_ignoredIds, ids.Length)..])
        {
            if (seen[id])
                continue;
            seen[id] = true;
            logits[id] = logits[id] < 0 ? logits[id] * _penalty : logits[id] / _penalty;
        }
        ArrayPool<bool>.Shared.Return(seen);
    }
}

/// <summary>Divides the logits: below 1 the likely tokens become likelier still, above 1 all become more alike.</summary>
public sealed class TemperatureProcessor : ILogitsProcessor
{
    private readonly float _temperature;

    /// <summary>Creates the processor.</summary>
    /// <exception cref="ArgumentException">The temperature is not a positive number. (Options take 0 for the best token.)</exception>
    public TemperatureProcessor(double temperature)
    {
        if (temperature is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentException($"The temperature must be a number above 0, but is {temperature}.", nameof(temperature));
        _temperature = (float)temperature;
    }

    /// <inheritdoc/>
    public void Process(Span<float> logits, ReadOnlySpan<int> ids)
    {
        foreach (ref var logit in logits)
            logit /= _temperature;
    }
}

/// <summary>Keeps the k likeliest tokens, and those that are exactly as likely as the last of them (Fan et al., 2018).</summary>
public sealed class TopKProcessor : ILogitsProcessor
{
    private readonly int _k;

    /// <summary>Creates the processor.</summary>
    /// <param name="k">Tokens to keep; all of them where the vocabulary has no more.</param>
    /// <param name="minTokensToKeep">Keeps at least so many, whatever k says.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public TopKProcessor(int k, int minTokensToKeep = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(minTokensToKeep, 1);
        _k = Math.Max(k, minTokensToKeep);
    }

    /// <inheritdoc/>
    public void Process(Span<float> logits, ReadOnlySpan<int> ids)
    {
        var (least, _) = LikeliestTokens.Find(logits, _k);
        foreach (ref var logit in logits)
        {
            if (logit < least)
                logit = float.NegativeInfinity;
        }
    }
}

/// <summary>
/// Keeps the likeliest tokens until their probabilities reach p; the token that reaches it stays (Holtzman et al., 2019).
/// </summary>
/// <remarks>Of tokens that are exactly as likely as the last one kept, those with the highest ids stay, as in Hugging Face.</remarks>
public sealed class TopPProcessor : ILogitsProcessor
{
    private readonly double _p;
    private readonly int _minTokensToKeep;

    /// <summary>Creates the processor.</summary>
    /// <param name="p">Share of the probability to keep: 0 keeps the best token alone, 1 keeps all.</param>
    /// <param name="minTokensToKeep">Keeps at least so many, whatever p says.</param>
    /// <exception cref="ArgumentException">p is not between 0 and 1, or no token is to be kept.</exception>
    public TopPProcessor(double p, int minTokensToKeep = 1)
    {
        if (p is not (>= 0 and <= 1))
            throw new ArgumentException($"Top-p must be between 0 and 1, but is {p}.", nameof(p));
        ArgumentOutOfRangeException.ThrowIfLessThan(minTokensToKeep, 1);
        (_p, _minTokensToKeep) = (p, minTokensToKeep);
    }

    /// <inheritdoc/>
    public void Process(Span<float> logits, ReadOnlySpan<int> ids)
    {
        if (_p >= 1)
            return;
        var (least, ties) = LikeliestTokens.Find(logits, _minTokensToKeep, _p);
        for (var i = logits.Length - 1; i >= 0; i--)
        {
            if (logits[i] < least || (logits[i] == least && ties-- <= 0))
                logits[i] = float.NegativeInfinity;
        }
    }
}

/// <summary>Keeps the tokens that are at least p times as likely as the likeliest one (Nguyen et al., 2024).</summary>
public sealed class MinPProcessor : ILogitsProcessor
{
    private readonly float _logP;
    private readonly int _minTokensToKeep;

    /// <summary>Creates the processor.</summary>
    /// <param name="p">Least share of the likeliest token's probability: 0 keeps all.</param>
    /// <param name="minTokensToKeep">Keeps at least so many, whatever p says.</param>
    /// <exception cref="ArgumentException">p is not between 0 and 1, or no token is to be kept.</exception>
    public MinPProcessor(double p, int minTokensToKeep = 1)
    {
        if (p is not (>= 0 and <= 1))
            throw new ArgumentException($"Min-p must be between 0 and 1, but is {p}.", nameof(p));
        ArgumentOutOfRangeException.ThrowIfLessThan(minTokensToKeep, 1);
        (_logP, _minTokensToKeep) = ((float)Math.Log(p), minTokensToKeep);
    }

    /// <inheritdoc/>
    public void Process(Span<float> logits, ReadOnlySpan<int> ids)
    {
        var least = LikeliestTokens.Max(logits) + _logP;
        if (_minTokensToKeep > 1)
            least = Math.Min(least, LikeliestTokens.Find(logits, _minTokensToKeep).Least);
        foreach (ref var logit in logits)
        {
            if (logit < least)
                logit = float.NegativeInfinity;
        }
    }
}

/// <summary>Forbids the ids from <paramref name="size"/> on: those that a padded vocabulary has beyond its tokenizer's.</summary>
internal sealed class VocabularyLimitProcessor(int size) : ILogitsProcessor
{
    /// <inheritdoc/>
    public void Process(Span<float> logits, ReadOnlySpan<int> ids) => logits[size..].Fill(float.NegativeInfinity);
}
