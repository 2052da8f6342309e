namespace Llm.Sampling;

/// <summary>How well a model predicts a text.</summary>
/// <param name="LogProbabilities">
/// Natural logarithm of the probability of each token after those before it. The first token of the text has none, so this is one shorter.
/// </param>
public sealed record TokenScores(IReadOnlyList<float> LogProbabilities)
{
    /// <summary>Log-probability of the whole text after its first token, in nats.</summary>
    public double Sum { get; } = LogProbabilities.Sum(value => (double)value);

    /// <summary>Mean cross-entropy of a token, in nats.</summary>
    public double Loss => -Sum / LogProbabilities.Count;

    /// <summary>Between how many equally likely tokens the model hesitates on average: e to the <see cref="Loss"/>.</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>Bits that an ideal coder needs for each byte of the text: comparable between tokenizers, as perplexity is not.</summary>
    /// <param name="bytes">Length of the text in UTF-8.</param>
    public double BitsPerByte(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return -Sum / Math.Log(2) / bytes;
    }
}
