using static Llm.Training.Tests.Tiny;

namespace Llm.Training.Tests;

public sealed class SequentialWindowsTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(100)]
    public void Get_WholeEpoch_PredictsEveryIdButTheFirstOnce(int length)
    {
        var source = new SequentialWindows(TokenData.FromIds(Enumerable.Range(0, length)), 2, 3);
        var predicted = new List<long>();
        for (var number = 0; number < source.BatchesPerEpoch; number++)
        {
            using var batch = source.Get(number);
            predicted.AddRange(Ids(batch.Targets).Where(id => id != Batch.Ignored));
        }

        Assert.Equal(Enumerable.Range(1, length - 1).Select(id => (long)id), predicted);
    }

    [Fact]
    public void Get_LastWindow_IsFilledUp()
    {
        var source = new SequentialWindows(TokenData.FromIds([1, 2, 3, 4, 5, 6]), 2, 4);

        using var batch = source.Get(0);

        Assert.Equal([1L, 2, 3, 4, 5, 0, 0, 0], Ids(batch.Inputs));
        Assert.Equal([2L, 3, 4, 5, 6, -100, -100, -100], Ids(batch.Targets));
    }

    [Fact]
    public void Get_LastBatch_HasTheRowsThatAreLeft()
    {
        var source = new SequentialWindows(TokenData.FromIds(Enumerable.Range(0, 13)), 3, 3); // 4 windows

        using var last = source.Get(1);
        using var next = source.Get(2);

        Assert.Equal([1L, 3], last.Inputs.shape);
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7, 8], Ids(next.Inputs));
    }
}
