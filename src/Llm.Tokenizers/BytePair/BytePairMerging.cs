using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Llm.Tokenizers;

/// <summary>Joins the neighbours with the lowest rank, leftmost first, until no merge applies (Sennrich et al. 2016).</summary>
internal static class BytePairMerging
{
    // Up to here, looking at all candidates after every merge is faster than a heap. A place fits into PlaceBits.
    private const int MaxScanned = 1 << PlaceBits;
    private const int PlaceBits = 6;
    private const uint NoCandidate = uint.MaxValue;

    /// <summary>Merges <paramref name="ids"/> in place and returns how many are left. Takes n log n steps for n ids.</summary>
    /// <param name="ids">The ids of a piece.</param>
    /// <param name="merges">What joins to what.</param>
    /// <param name="lengths">How much each id stands for: added up where ids are joined. Empty where nobody asks.</param>
    public static int Merge(Span<int> ids, MergeTable merges, Span<int> lengths = default) =>
        ids.Length <= MaxScanned ? MergeByScan(ids, merges, lengths) : MergeByHeap(ids, merges, lengths);

    // A candidate is a rank and the place of the left id in one number, so that the smallest number is the leftmost of the lowest rank. An
    // id stays at its place; what was joined is linked past.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // runs once for each token at start
    private static unsafe int MergeByScan(Span<int> ids, MergeTable merges, Span<int> lengths)
    {
        if (ids.Length < 2)
            return ids.Length;
        var candidates = stackalloc uint[MaxScanned];
        byte* next = stackalloc byte[MaxScanned], previous = stackalloc byte[MaxScanned + 1];
        for (var i = 0; i < ids.Length; i++)
        {
            candidates[i] = i + 1 < ids.Length ? Candidate(merges.RankOf(ids[i], ids[i + 1]), i) : NoCandidate;
            (next[i], previous[i + 1]) = ((byte)(i + 1), (byte)i);
        }
        var vectors = (ids.Length + Vector256<uint>.Count - 1) / Vector256<uint>.Count;
        for (var i = ids.Length; i < vectors * Vector256<uint>.Count; i++)
            candidates[i] = NoCandidate;

        for (var best = Lowest(candidates, vectors); best < Candidate(MergeTable.NoMerge, 0); best = Lowest(candidates, vectors))
        {
            int at = (int)(best % MaxScanned), right = next[at], after = next[right];
            ids[at] = merges.ResultOf((int)(best >> PlaceBits));
            if (!lengths.IsEmpty)
                lengths[at] += lengths[right];
            candidates[right] = NoCandidate;
            (next[at], previous[after]) = ((byte)after, (byte)at);
            candidates[at] = after < ids.Length ? Candidate(merges.RankOf(ids[at], ids[after]), at) : NoCandidate;
            if (at > 0)
                candidates[previous[at]] = Candidate(merges.RankOf(ids[previous[at]], ids[at]), previous[at]);
        }

        var count = 0;
        for (var i = 0; i < ids.Length; i = next[i], count++)
        {
            ids[count] = ids[i];
            if (!lengths.IsEmpty)
                lengths[count] = lengths[i];
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Candidate(int rank, int place) => (uint)rank << PlaceBits | (uint)place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe uint Lowest(uint* candidates, int vectors)
    {
        var lowest = Vector256.Load(candidates);
        for (var i = 1; i < vectors; i++)
            lowest = Vector256.Min(lowest, Vector256.Load(candidates + (i * Vector256<uint>.Count)));
        var four = Vector128.Min(lowest.GetLower(), lowest.GetUpper());
        var two = Vector128.Min(four, Vector128.Shuffle(four, Vector128.Create(2u, 3, 0, 1)));
        return Vector128.Min(two, Vector128.Shuffle(two, Vector128.Create(1u, 0, 3, 2))).ToScalar();
    }

    private static int MergeByHeap(Span<int> ids, MergeTable merges, Span<int> lengths)
    {
        var links = ArrayPool<int>.Shared.Rent(2 * ids.Length);
        var queue = new RankQueue(ids.Length);
        var next = links.AsSpan(0, ids.Length);
        var previous = links.AsSpan(ids.Length, ids.Length);
        for (var i = 0; i < ids.Length; i++)
            (next[i], previous[i]) = (i + 1, i - 1);
        for (var i = 0; i + 1 < ids.Length; i++)
            queue.Add(merges.RankOf(ids[i], ids[i + 1]), i);
        queue.Order();

        while (queue.TryTake(out var rank, out var at))
        {
            var right = ids[at] == Gone ? ids.Length : next[at];
            if (right == ids.Length || merges.RankOf(ids[at], ids[right]) != rank)
                continue; // one of the two was merged meanwhile
            ids[at] = merges.ResultOf(rank);
            ids[right] = Gone;
            if (!lengths.IsEmpty)
                lengths[at] += lengths[right];
            next[at] = next[right];
            if (next[at] < ids.Length)
            {
                previous[next[at]] = at;
                queue.Push(merges.RankOf(ids[at], ids[next[at]]), at);
            }
            if (previous[at] >= 0)
                queue.Push(merges.RankOf(ids[previous[at]], ids[at]), previous[at]);
        }
        queue.Dispose();
        ArrayPool<int>.Shared.Return(links);
        return Compact(ids, lengths);
    }

    private const int Gone = -1;

    private static int Compact(Span<int> ids, Span<int> lengths)
    {
        var count = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] == Gone)
                continue;
            if (!lengths.IsEmpty)
                lengths[count] = lengths[i];
            ids[count++] = ids[i];
        }
        return count;
    }
}
