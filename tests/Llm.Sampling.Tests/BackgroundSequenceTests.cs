using System.Runtime.CompilerServices;

namespace Llm.Sampling.Tests;

public sealed class BackgroundSequenceTests : IDisposable
{
    private int _computed;
    private readonly ManualResetEventSlim _ended = new();

    public void Dispose() => _ended.Dispose();

    [Fact]
    public async Task Read_ReaderBreaksOff_TheThreadHasEnded()
    {
        await foreach (var _ in BackgroundSequence.Read(Numbers, CancellationToken.None))
            break;

        Assert.True(_ended.IsSet);
    }

    [Fact]
    public async Task Read_SlowReader_IsNeverFarBehind()
    {
        await foreach (var number in BackgroundSequence.Read(Numbers, CancellationToken.None))
        {
            Assert.True(Volatile.Read(ref _computed) <= number + 11); // 8 in the channel, one on each side
            if (number == 200)
                break;
        }
    }

    [Fact]
    public async Task Read_SequenceThrows_TheReaderGetsWhatCameBeforeAndTheException()
    {
        var read = new List<int>();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var number in BackgroundSequence.Read(_ => Enumerable.Range(0, 5).Select(Fails), CancellationToken.None))
                read.Add(number);
        });

        Assert.Equal("four", thrown.Message);
        Assert.Equal([0, 1, 2, 3], read);

        static int Fails(int number) => number < 4 ? number : throw new InvalidOperationException("four");
    }

    [Fact]
    public async Task Read_Cancelled_BothSidesEnd()
    {
        using var cancellation = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in BackgroundSequence.Read(Numbers, cancellation.Token))
                await cancellation.CancelAsync();
        });

        Assert.True(_ended.IsSet);
    }

    [Fact]
    public async Task Read_ReaderIsForgotten_TheThreadEnds()
    {
        await ReadOneAndForget();
        await Task.Yield(); // else this may go on inside the call that moved the sequence on, which keeps it

        for (var attempt = 0; attempt < 100 && !_ended.IsSet; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _ended.Wait(TimeSpan.FromMilliseconds(100));
        }

        Assert.True(_ended.IsSet);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task ReadOneAndForget() =>
        await BackgroundSequence.Read(Numbers, CancellationToken.None).GetAsyncEnumerator().MoveNextAsync();

    private IEnumerable<int> Numbers(CancellationToken cancellationToken)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Interlocked.Increment(ref _computed);
                yield return number;
            }
        }
        finally
        {
            _ended.Set();
        }
    }
}
