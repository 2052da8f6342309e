namespace Llm.Sampling;

/// <summary>Chooses one token by its logits.</summary>
internal static class TokenChoice
{
    private const string Damaged = "the weights of the model are damaged, or too large for their type";

    /// <summary>The likeliest token; of equals, the first.</summary>
    /// <exception cref="InvalidOperationException">There is no token to choose.</exception>
    public static int Best(ReadOnlySpan<float> logits)
    {
        var (best, id) = (float.NegativeInfinity, -1);
        for (var i = 0; i < logits.Length; i++)
        {
            if (logits[i] > best)
                (best, id) = (logits[i], i);
            else if (float.IsNaN(logits[i]))
                throw NoChoice($"The logit of token {i} is not a number", Damaged);
        }
        if (id < 0)
            throw NoChoice("No token is left to choose from", "the logits processors forbid all of them");
        if (float.IsPositiveInfinity(best))
            throw NoChoice($"The logit of token {id} is infinite", Damaged);
        return id;
    }

    /// <summary>The token to which a number in [0, 1) points when each token gets its share. Overwrites the logits.</summary>
    /// <exception cref="InvalidOperationException">There is no token to choose.</exception>
    public static int Draw(Span<float> logits, double uniform)
    {
        var best = logits[Best(logits)];
        var total = 0.0;
        foreach (ref var logit in logits)
        {
            logit = float.IsNegativeInfinity(logit) ? 0 : MathF.Exp(logit - best);
            total += logit;
        }
        var rest = uniform * total;
        var last = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            if (logits[i] == 0)
                continue;
            last = i;
            rest -= logits[i];
            if (rest < 0)
                break;
        }
        return last;
    }

    private static InvalidOperationException NoChoice(string what, string why) => new($"{what}: {why}.");
}
