using System.Collections.Concurrent;

namespace Llm.Tokenizers;

/// <summary>
/// Counts the pieces of blocks of text on several threads. Blocks are numbered as they come, so that the result does not depend on who
/// counted which.
/// </summary>
internal sealed class BlockCounter<TBlock> : IDisposable
{
    private readonly Action<TBlock, PieceCounter> _count;
    private readonly PieceCounter _own = new(); // of the thread that adds
    private readonly BlockingCollection<(int Index, TBlock Block)> _waiting;
    private readonly Task<PieceCounter>[] _workers;
    private int _blocks;

    /// <param name="threads">Threads, the caller's included.</param>
    /// <param name="count">Adds the pieces of a block to the counts.</param>
    public BlockCounter(int threads, Action<TBlock, PieceCounter> count)
    {
        _count = count;
        _waiting = new BlockingCollection<(int, TBlock)>(Math.Max(1, threads - 1)); // so few that memory stays small
        _workers = new Task<PieceCounter>[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
            _workers[i] = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Has a block counted: by another thread, or at once when all are busy.</summary>
    public void Add(TBlock block)
    {
        if (_workers.Length == 0 || !_waiting.TryAdd((_blocks, block)))
            Count(_blocks, block, _own);
        _blocks++;
    }

    /// <summary>The caller's own counts, for a block that it counts itself now.</summary>
    public PieceCounter CountHere()
    {
        _own.StartBlock(_blocks++);
        return _own;
    }

    /// <summary>Waits for the other threads and puts all together.</summary>
    public PieceCounts Finish()
    {
        _waiting.CompleteAdding();
        return PieceCounter.Join([_own, .. _workers.Select(worker => worker.GetAwaiter().GetResult())]);
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        foreach (var worker in _workers)
            ((Task)worker).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult(); // Finish throws their errors
        _waiting.Dispose();
    }

    private PieceCounter Work()
    {
        var counts = new PieceCounter();
        foreach (var (index, block) in _waiting.GetConsumingEnumerable())
            Count(index, block, counts);
        return counts;
    }

    private void Count(int index, TBlock block, PieceCounter counts)
    {
        counts.StartBlock(index);
        _count(block, counts);
    }
}
