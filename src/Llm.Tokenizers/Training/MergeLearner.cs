namespace Llm.Tokenizers;

/// <summary>
/// Learns merges from counted pieces (Sennrich et al. 2016), near-linear in their length: all pieces stand in one chain of symbols; each
/// pair
/// knows its places, so that a merge touches only those; counts are kept up to date and a heap gives the next pair.
/// </summary>
internal sealed class MergeLearner
{
    private const int None = -1;

    private readonly int[] _symbols; // place -> id, or None where a symbol was merged into the one before
    private readonly int[] _next;    // place -> place of the next symbol of the piece, or None
    private readonly int[] _previous;
    private readonly int[] _pieces;  // place -> index of the piece
    private readonly PieceCounts _counts;
    private readonly PairTable _pairs = new();
    private readonly PairQueue _queue = new();
    private readonly bool _tiesByPlace;

    public MergeLearner(PieceCounts counts, ReadOnlySpan<int> byteIds, bool tiesByPlace)
    {
        _counts = counts;
        _tiesByPlace = tiesByPlace;
        var length = 0;
        for (var i = 0; i < counts.Count; i++)
            length = checked(length + counts[i].Length);
        (_symbols, _next, _previous, _pieces) = (new int[length], new int[length], new int[length], new int[length]);
        var place = 0;
        for (var i = 0; i < counts.Count; i++)
            place = AddPiece(i, byteIds, place);
        for (var pair = 0; pair < _pairs.Count; pair++)
            Enqueue(pair);
    }

    /// <summary>The pair that the rule merges next; false when none occurs <paramref name="minFrequency"/> times.</summary>
    public bool TryTake(int minFrequency, out int pair)
    {
        while (_queue.TryTake(out var candidate))
        {
            pair = candidate.Pair;
            var count = _pairs[pair].Count;
            if (count < minFrequency)
                continue;
            if (candidate == Candidate(pair))
                return true;
            Enqueue(pair);
        }
        pair = None;
        return false;
    }

    public (int Left, int Right) IdsOf(int pair) => (_pairs[pair].Left, _pairs[pair].Right);

    /// <summary>Joins every occurrence of a pair into <paramref name="joined"/>.</summary>
    public void Merge(int pair, int joined)
    {
        var (left, right) = IdsOf(pair);
        var known = _pairs.Count;
        for (; _pairs.TryPeekPlace(pair, out var place); _pairs.DropFirstPlace(pair))
        {
            if (!StandsAt(place, left, right))
                continue;
            var weight = _counts.CountOf(_pieces[place]);
            var gone = _next[place];
            var (before, after) = (_previous[place], _next[gone]);
            if (before != None)
                Move((_symbols[before], left), (_symbols[before], joined), before, weight);
            if (after != None)
                Move((right, _symbols[after]), (joined, _symbols[after]), place, weight);
            _symbols[place] = joined;
            _symbols[gone] = None;
            _next[place] = after;
            if (after != None)
                _previous[after] = place;
        }
        _pairs[pair].Count = 0;
        for (var added = known; added < _pairs.Count; added++)
            Enqueue(added);
    }

    private int AddPiece(int piece, ReadOnlySpan<int> byteIds, int start)
    {
        var bytes = _counts[piece];
        var end = start + bytes.Length;
        for (var place = start; place < end; place++)
        {
            _symbols[place] = byteIds[bytes[place - start]];
            _pieces[place] = piece;
            _previous[place] = place == start ? None : place - 1;
            _next[place] = place + 1 == end ? None : place + 1;
            if (place > start)
                _pairs.AddPlace(_pairs.IndexOf(_symbols[place - 1], _symbols[place]), place - 1, _counts.CountOf(piece));
        }
        return end;
    }

    private bool StandsAt(int place, int left, int right) =>
        _symbols[place] == left && _next[place] != None && _symbols[_next[place]] == right;

    private void Move((int Left, int Right) from, (int Left, int Right) to, int place, long weight)
    {
        _pairs[_pairs.IndexOf(from.Left, from.Right)].Count -= weight;
        _pairs.AddPlace(_pairs.IndexOf(to.Left, to.Right), place, weight);
    }

    private void Enqueue(int pair)
    {
        if (_pairs[pair].Count > 0)
            _queue.Push(Candidate(pair));
    }

    private PairCandidate Candidate(int pair) =>
        new(_pairs[pair].Count, _tiesByPlace ? (ulong)FirstPlace(pair) : _pairs[pair].Key, pair);

    // Occurrences only ever vanish, so the first place only moves on, and an entry of the heap can only sink.
    private int FirstPlace(int pair)
    {
        var (left, right) = IdsOf(pair);
        while (_pairs.TryPeekPlace(pair, out var place))
        {
            if (StandsAt(place, left, right))
                return place;
            _pairs.DropFirstPlace(pair);
        }
        return int.MaxValue;
    }
}
