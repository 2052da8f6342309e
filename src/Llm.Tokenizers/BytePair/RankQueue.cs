using System.Buffers;

namespace Llm.Tokenizers;

/// <summary>Candidates for a merge: a binary heap of (rank, position), lowest rank first, leftmost among equals.</summary>
/// <param name="positions">How many positions there are. A merge takes one entry out and puts two in, so twice as many are enough.</param>
internal ref struct RankQueue(int positions) : IDisposable
{
    private readonly ulong[] _heap = ArrayPool<ulong>.Shared.Rent((2 * positions) + 2);
    private int _count;

    /// <summary>Adds without ordering; call <see cref="Order"/> after the last.</summary>
    public void Add(int rank, int position)
    {
        if (rank != MergeTable.NoMerge)
            _heap[_count++] = (ulong)(uint)rank << 32 | (uint)position;
    }

    public readonly void Order()
    {
        for (var i = (_count / 2) - 1; i >= 0; i--)
            Sink(i, _heap[i]);
    }

    public void Push(int rank, int position)
    {
        if (rank == MergeTable.NoMerge)
            return;
        var entry = (ulong)(uint)rank << 32 | (uint)position;
        var at = _count++;
        for (; at > 0 && entry < _heap[(at - 1) / 2]; at = (at - 1) / 2)
            _heap[at] = _heap[(at - 1) / 2];
        _heap[at] = entry;
    }

    public bool TryTake(out int rank, out int position)
    {
        (rank, position) = (0, 0);
        if (_count == 0)
            return false;
        (rank, position) = ((int)(_heap[0] >> 32), (int)(uint)_heap[0]);
        if (--_count > 0)
            Sink(0, _heap[_count]);
        return true;
    }

    public readonly void Dispose() => ArrayPool<ulong>.Shared.Return(_heap);

    private readonly void Sink(int at, ulong entry)
    {
        for (var child = (2 * at) + 1; child < _count; child = (2 * at) + 1)
        {
            if (child + 1 < _count && _heap[child + 1] < _heap[child])
                child++;
            if (_heap[child] >= entry)
                break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = entry;
    }
}
