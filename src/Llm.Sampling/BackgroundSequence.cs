using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Llm.Sampling;

/// <summary>Computes a sequence on a thread of its own, a few items ahead of who reads it.</summary>
internal static class BackgroundSequence
{
    private const int Ahead = 8;

    /// <summary>The sequence. However the reading ends, the thread ends with it, and what it throws is thrown here.</summary>
    /// <param name="compute">Gives the sequence; called and enumerated on the new thread.</param>
    /// <param name="cancellationToken">Stops both sides.</param>
    public static async IAsyncEnumerable<T> Read<T>(
        Func<CancellationToken, IEnumerable<T>> compute, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var forgotten = new StopWhenForgotten(stop);
        using var handover = new Handover<T>();
        var writer = handover.StartWriting(compute, stop.Token);
        try
        {
            while (await handover.MoveNextAsync().ConfigureAwait(false) is (true, var item))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return item!;
            }
            cancellationToken.ThrowIfCancellationRequested();
            await writer.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await writer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Not a Channel: that keeps a reference to its last reader, which could then never be found to be forgotten.
    private sealed class Handover<T> : IDisposable
    {
        private readonly ConcurrentQueue<T> _items = new();
        private readonly SemaphoreSlim _free = new(Ahead);
        private readonly SemaphoreSlim _ready = new(0); // counts the items, and at last the end

        public Task StartWriting(Func<CancellationToken, IEnumerable<T>> compute, CancellationToken cancellationToken) =>
            Task.Factory.StartNew(
                () => Write(compute, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        public async ValueTask<(bool Found, T? Item)> MoveNextAsync()
        {
            await _ready.WaitAsync().ConfigureAwait(false);
            if (!_items.TryDequeue(out var item))
                return (false, default);
            _free.Release();
            return (true, item);
        }

        public void Dispose()
        {
            _free.Dispose();
            _ready.Dispose();
        }

        private void Write(Func<CancellationToken, IEnumerable<T>> compute, CancellationToken cancellationToken)
        {
            try
            {
                foreach (var item in compute(cancellationToken))
                {
                    _free.Wait(cancellationToken);
                    _items.Enqueue(item);
                    _ready.Release();
                }
            }
            finally
            {
                _ready.Release();
            }
        }
    }

    // A reader that breaks off disposes the sequence, but one that is merely dropped would leave the thread waiting for ever.
    private sealed class StopWhenForgotten(CancellationTokenSource stop) : IDisposable
    {
        ~StopWhenForgotten() => stop.Cancel();

        public void Dispose() => GC.SuppressFinalize(this);
    }
}
