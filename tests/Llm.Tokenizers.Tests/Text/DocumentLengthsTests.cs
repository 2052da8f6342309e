namespace Llm.Tokenizers.Tests;

public class DocumentLengthsTests
{
    private static readonly CharTokenizer Characters = CharTokenizer.FromText("ab");

    [Fact]
    public void Measure_LengthsOneToHundred_GivesWhatNumPyGives()
    {
        var lengths = DocumentLengths.Measure(Enumerable.Range(1, 100).Reverse().Select(length => new string('a', length)), Characters);

        // numpy.percentile(range(1, 101), [0, 50, 95, 99, 100]) = 1, 50.5, 95.05, 99.01, 100
        Assert.Equal((100, 5050, 50.5), (lengths.Count, lengths.Tokens, lengths.Mean));
        Assert.Equal(1, lengths.Percentile(0));
        Assert.Equal(50.5, lengths.Median);
        Assert.Equal(95.05, lengths.Percentile(95), 1e-9);
        Assert.Equal(99.01, lengths.Percentile(99), 1e-9);
        Assert.Equal(100, lengths.Percentile(100));
        Assert.Equal(100, lengths.Max);
        Assert.Equal(128, lengths.SuggestedContextLength);
    }

    [Theory, InlineData(64, 64), InlineData(65, 128), InlineData(1, 1)]
    public void SuggestedContextLength_IsTheNextPowerOfTwo(int length, int expected) =>
        Assert.Equal(expected, DocumentLengths.Measure([new string('b', length)], Characters).SuggestedContextLength);

    [Fact]
    public void Measure_NoDocument_GivesZeros()
    {
        var lengths = DocumentLengths.Measure([], Characters);

        Assert.Equal((0, 0, 0), (lengths.Count, lengths.Max, lengths.Percentile(99)));
        Assert.Equal((0, 0, 1), (lengths.Mean, lengths.Median, lengths.SuggestedContextLength));
    }

    [Fact]
    public void Percentile_OutOfRange_SaysWhatIsAllowed() => Assert.Contains(
        "must be from 0 to 100",
        Assert.Throws<ArgumentOutOfRangeException>(() => DocumentLengths.Measure(["a"], Characters).Percentile(double.NaN)).Message);

    [Fact]
    public void ToString_NamesTheFigures() => Assert.Equal(
        "2 documents, 4 tokens: mean 2.0, median 2, p95 3, p99 3, max 3", DocumentLengths.Measure(["a", "aba"], Characters).ToString());

    [Fact]
    public void Measure_Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => DocumentLengths.Measure(["a"], Characters, source.Token));
    }
}
