using System.Numerics;
using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>A learned merge: two neighbouring ids become one.</summary>
internal readonly record struct BpeMerge(int Left, int Right, int Result);

/// <summary>(left id, right id) → rank of the merge, in one cache line: open addressing over packed 8-byte slots.</summary>
internal sealed class MergeTable
{
    /// <summary>Ids must be below this.</summary>
    public const int MaxIds = (1 << IdBits) - 1;

    /// <summary>The most merges that a table takes.</summary>
    public const int MaxMerges = (1 << RankBits) - 1;

    /// <summary>Returned where no merge joins two ids; greater than every rank.</summary>
    public const int NoMerge = int.MaxValue;

    private const int IdBits = 20;
    private const int RankBits = 24;
    private const ulong Empty = ulong.MaxValue; // would be the pair (MaxIds, MaxIds)
    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 / golden ratio

    private readonly ulong[] _slots; // left | right | rank
    private readonly int[] _results; // rank -> id
    private readonly int _shift;
    private int _count;

    /// <summary>A table with room for <paramref name="capacity"/> merges.</summary>
    public MergeTable(int capacity)
    {
        var bits = Math.Max(4, BitOperations.Log2((uint)capacity + 1) + 2); // at most half full
        _shift = 64 - bits;
        _slots = new ulong[1 << bits];
        _results = new int[capacity];
        Array.Fill(_slots, Empty);
    }

    /// <summary>A table of merges, in order of rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a long loop that runs once
    public MergeTable(BpeMerge[] merges)
        : this(merges.Length)
    {
        foreach (var merge in merges)
            Add(merge);
    }

    public int ResultOf(int rank) => _results[rank];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RankOf(int left, int right)
    {
        var slots = _slots;
        var key = Key(left, right);
        for (var at = Start(key); ; at++)
        {
            var slot = slots[at & (slots.Length - 1)];
            if (slot >> RankBits == key)
                return (int)(slot & ((1 << RankBits) - 1));
            if (slot == Empty)
                return NoMerge;
        }
    }

    /// <summary>Adds the merge of the next rank. Where a pair comes again, the earlier merge wins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // runs once for each merge at start
    public void Add(BpeMerge merge)
    {
        var rank = _count++;
        _results[rank] = merge.Result;
        var key = Key(merge.Left, merge.Right);
        var at = Start(key);
        for (; _slots[at & (_slots.Length - 1)] != Empty; at++)
        {
            if (_slots[at & (_slots.Length - 1)] >> RankBits == key)
                return;
        }
        _slots[at & (_slots.Length - 1)] = key << RankBits | (uint)rank;
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << IdBits | (uint)right;

    private int Start(ulong key) => (int)(key * Multiplier >> _shift);
}
