using CsCheck;

namespace Llm.Sampling.Tests;

public sealed class LikeliestTokensTests
{
    [Fact]
    public void Find_AnyLogits_AgreesWithSorting() =>
        Gen.Select(Gen.Int[-6, 6].Array[1, 200], Gen.Int[1, 220], Gen.Double[0, 1]).Sample((levels, count, mass) =>
        {
            var logits = levels.Select(level => level == -6 ? float.NegativeInfinity : level / 2f).ToArray(); // many ties

            var (least, ties) = LikeliestTokens.Find(logits, count, mass);

            var kept = logits.Count(logit => logit > least) + (float.IsNegativeInfinity(least) ? 0 : ties);
            var (fewest, most) = Sorted(logits, count, mass);
            return kept >= fewest && kept <= most;
        });

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(4000)]
    [InlineData(50257)]
    public void Find_LargeVocabulary_GivesTheCountLargest(int count)
    {
        var random = new Random(1);
        var logits = Enumerable.Range(0, 50257).Select(_ => (float)random.NextDouble()).ToArray();

        var (least, _) = LikeliestTokens.Find(logits, count);

        Assert.Equal(logits.OrderDescending().ElementAt(count - 1), least);
    }

    [Fact]
    public void Find_NothingPossible_KeepsAll() =>
        Assert.Equal((float.NegativeInfinity, 0), LikeliestTokens.Find([float.NegativeInfinity, float.NegativeInfinity], 1, 0.5));

    // The numbers of tokens that are right: two where the sum comes within rounding of the share.
    private static (int Fewest, int Most) Sorted(float[] logits, int count, double mass)
    {
        var sorted = logits.Where(float.IsFinite).OrderDescending().ToArray();
        if (sorted.Length == 0)
            return (0, 0);
        var probabilities = LogitsProcessorsTests.Softmax(sorted);
        var least = Math.Min(count, sorted.Length);
        return (Math.Max(least, Needed(mass - 1e-6)), Math.Max(least, Needed(mass + 1e-6)));

        int Needed(double share)
        {
            var (kept, sum) = (0, 0.0);
            while (kept < sorted.Length && (kept == 0 || sum < share))
                sum += probabilities[kept++];
            return kept;
        }
    }
}
