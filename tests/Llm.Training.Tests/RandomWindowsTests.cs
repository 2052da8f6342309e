using static Llm.Training.Tests.Tiny;

namespace Llm.Training.Tests;

public sealed class RandomWindowsTests
{
    private static readonly TokenData Counting = TokenData.FromIds(Enumerable.Range(0, 100));

    [Fact]
    public void Get_AnyBatch_TargetsAreInputsMovedOnByOne()
    {
        using var batch = new RandomWindows(Counting, 16, 8).Get(3);

        Assert.Equal([16L, 8], batch.Inputs.shape);
        Assert.Equal(Ids(batch.Inputs).Select(id => id + 1), Ids(batch.Targets));
        Assert.All(Ids(batch.Inputs).Chunk(8), row => Assert.Equal(Enumerable.Range((int)row[0], 8).Select(id => (long)id), row));
    }

    [Fact]
    public void Get_SameNumber_IsSameBatchWhateverCameBefore()
    {
        var source = new RandomWindows(Counting, 4, 8, seed: 7);
        using var first = source.Get(12);
        using var other = source.Get(3);
        using var again = new RandomWindows(Counting, 4, 8, seed: 7).Get(12);

        Assert.Equal(Ids(first.Inputs), Ids(again.Inputs));
        Assert.NotEqual(Ids(first.Inputs), Ids(other.Inputs));
    }

    [Fact]
    public void Get_OtherSeed_IsAnotherBatch()
    {
        using var first = new RandomWindows(Counting, 4, 8, seed: 7).Get(0);
        using var other = new RandomWindows(Counting, 4, 8, seed: 8).Get(0);

        Assert.NotEqual(Ids(first.Inputs), Ids(other.Inputs));
    }

    [Fact]
    public void Get_ManyBatches_EveryPlaceComesEquallyOften()
    {
        var source = new RandomWindows(Counting, 50, 90); // windows begin at 0 to 9
        var counts = new int[10];
        for (var number = 0; number < 200; number++)
        {
            using var batch = source.Get(number);
            foreach (var row in Ids(batch.Inputs).Chunk(90))
                counts[row[0]]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 850, 1150)); // 1000 expected, deviation 30
    }

    [Fact]
    public void Constructor_TextShorterThanWindow_SaysWhatFits()
    {
        var error = Assert.Throws<ArgumentException>(() => new RandomWindows(TokenData.FromIds([1, 2, 3, 4, 5, 6, 7, 8]), 4, 8));

        Assert.Contains("has 8 ids, but one window takes 9", error.Message, StringComparison.Ordinal);
        Assert.Contains("at most 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_ExactlyOneWindow_IsAlwaysThatOne()
    {
        using var batch = new RandomWindows(TokenData.FromIds([1, 2, 3, 4]), 2, 3).Get(0);

        Assert.Equal([1L, 2, 3, 1, 2, 3], Ids(batch.Inputs));
        Assert.Equal([2L, 3, 4, 2, 3, 4], Ids(batch.Targets));
    }
}
