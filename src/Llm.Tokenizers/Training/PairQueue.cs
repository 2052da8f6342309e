namespace Llm.Tokenizers;

/// <summary>A pair that may be merged next.</summary>
/// <param name="Count">Its number of occurrences when it was queued; it may have sunk since.</param>
/// <param name="Order">Decides between equal counts: the smaller comes first.</param>
/// <param name="Pair">Its index in the <see cref="PairTable"/>.</param>
internal readonly record struct PairCandidate(long Count, ulong Order, int Pair)
{
    public bool ComesBefore(PairCandidate other) => Count > other.Count || (Count == other.Count && Order < other.Order);
}

/// <summary>A binary heap: the most frequent pair first.</summary>
internal sealed class PairQueue
{
    private PairCandidate[] _heap = new PairCandidate[1 << 12];
    private int _count;

    public void Push(PairCandidate candidate)
    {
        if (_count == _heap.Length)
            Array.Resize(ref _heap, 2 * _count);
        var at = _count++;
        for (; at > 0 && candidate.ComesBefore(_heap[(at - 1) / 2]); at = (at - 1) / 2)
            _heap[at] = _heap[(at - 1) / 2];
        _heap[at] = candidate;
    }

    public bool TryTake(out PairCandidate candidate)
    {
        candidate = _heap[0];
        if (_count == 0)
            return false;
        if (--_count > 0)
            Sink(_heap[_count]);
        return true;
    }

    private void Sink(PairCandidate candidate)
    {
        var at = 0;
        for (var child = 1; child < _count; child = 2 * at + 1)
        {
            if (child + 1 < _count && _heap[child + 1].ComesBefore(_heap[child]))
                child++;
            if (!_heap[child].ComesBefore(candidate))
                break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = candidate;
    }
}
