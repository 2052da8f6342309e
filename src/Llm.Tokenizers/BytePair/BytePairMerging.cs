using System.Buffers;
using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>Joins the neighbours with the lowest rank, leftmost first, until no merge applies (Sennrich et al. 2016).</summary>
internal static class BytePairMerging
{
    // Up to here, looking at all ranks after every merge is faster than a heap (measured on English, code and Chinese).
    private const int MaxScanned = 40;

    /// <summary>Merges <paramref name="ids"/> in place and returns how many are left. Takes n log n steps for n ids.</summary>
    /// <param name="ids">The ids of a piece.</param>
    /// <param name="merges">What joins to what.</param>
    /// <param name="lengths">How much each id stands for: added up where ids are joined. Empty where nobody asks.</param>
    public static int Merge(Span<int> ids, MergeTable merges, Span<int> lengths = default) =>
        ids.Length <= MaxScanned ? MergeByScan(ids, merges, lengths) : MergeByHeap(ids, merges, lengths);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // runs once for each token at start
    private static int MergeByScan(Span<int> ids, MergeTable merges, Span<int> lengths)
    {
        Span<int> ranks = stackalloc int[MaxScanned]; // of each id with its right neighbour
        var last = ids.Length - 1;
        for (var i = 0; i < last; i++)
            ranks[i] = merges.RankOf(ids[i], ids[i + 1]);
        while (last > 0)
        {
            var at = IndexOfLowest(ranks[..last]);
            if (ranks[at] == MergeTable.NoMerge)
                break;
            ids[at] = merges.ResultOf(ranks[at]);
            ids[(at + 2)..(last + 1)].CopyTo(ids[(at + 1)..]);
            if (!lengths.IsEmpty)
                JoinLengths(lengths[at..(last + 1)]);
            if (at + 1 < last)
                ranks[(at + 2)..last].CopyTo(ranks[(at + 1)..]);
            last--;
            if (at > 0)
                ranks[at - 1] = merges.RankOf(ids[at - 1], ids[at]);
            if (at < last)
                ranks[at] = merges.RankOf(ids[at], ids[at + 1]);
        }
        return last + 1;
    }

    private static void JoinLengths(Span<int> lengths)
    {
        lengths[0] += lengths[1];
        lengths[2..].CopyTo(lengths[1..]);
    }

    private static int IndexOfLowest(ReadOnlySpan<int> ranks)
    {
        var at = 0;
        for (var i = 1; i < ranks.Length; i++)
        {
            if (ranks[i] < ranks[at])
                at = i;
        }
        return at;
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
