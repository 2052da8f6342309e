namespace Llm.Sampling.Tests;

public sealed class TokenChoiceTests
{
    [Fact]
    public void Best_EqualLogits_TakesTheFirst() => Assert.Equal(1, TokenChoice.Best([0, 3, 3, 1]));

    [Fact]
    public void Draw_ManyNumbers_FollowTheDistribution()
    {
        float[] logits = [2, 1, 0.5f, float.NegativeInfinity, 0, -1, -1, -3];
        var probabilities = LogitsProcessorsTests.Softmax(logits);
        const int Draws = 50_000;

        var counts = new int[logits.Length];
        for (var i = 0UL; i < Draws; i++)
            counts[TokenChoice.Draw([.. logits], Philox.Uniform(seed: 1, i))]++;

        Assert.Equal(0, counts[3]);
        var statistic = counts.Zip(probabilities).Where(pair => pair.Second > 0)
            .Sum(pair => Math.Pow(pair.First - Draws * pair.Second, 2) / (Draws * pair.Second));
        Assert.True(statistic < 22.5, $"chi-squared {statistic:F1}"); // 6 degrees of freedom, p = 0.001
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.4999999, 1)]
    [InlineData(0.5, 2)]
    [InlineData(0.9999999999999999, 2)]
    public void Draw_EndsOfTheInterval_NeverGiveAForbiddenToken(double uniform, int expected) =>
        Assert.Equal(expected, TokenChoice.Draw([float.NegativeInfinity, 0, 0, float.NegativeInfinity], uniform));

    [Theory]
    [InlineData(float.NaN, "not a number")]
    [InlineData(float.PositiveInfinity, "infinite")]
    public void Best_BrokenLogit_SaysWhichAndWhy(float broken, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidOperationException>(() => TokenChoice.Best([0, broken])).Message);

    [Fact]
    public void Best_NothingLeft_Throws() =>
        Assert.Throws<InvalidOperationException>(() => TokenChoice.Draw([float.NegativeInfinity, float.NegativeInfinity], 0.5));
}
