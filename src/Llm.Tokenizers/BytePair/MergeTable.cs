using System.Numerics;
using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>A learned merge: two neighbouring ids become one.</summary>
internal readonly record struct BpeMerge(int Left, int Right, int Result);

/// <summary>
/// (left id, right id) → rank of the merge: open addressing over packed 8-byte slots. Most questions have the answer no, and most others
/// are about single bytes: a bit for each hash, and a square for small ids, answer them from little memory.
/// </summary>
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
    private const int SmallBits = 8; // ids below 256 are single bytes in most vocabularies
    private const int BitsPerSlot = 4;
    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 / golden ratio

    private readonly ulong[] _slots; // left | right | rank
    private readonly int[] _results; // rank -> id
    private readonly int[] _smallRanks; // left << SmallBits | right -> rank
    private readonly ulong[] _mayHave; // a bit of it is set where a pair with that hash is there
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
        _smallRanks = new int[1 << (2 * SmallBits)];
        Array.Fill(_smallRanks, NoMerge);
        _mayHave = new ulong[(_slots.Length * BitsPerSlot) / 64];
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
        if ((uint)(left | right) < 1 << SmallBits)
            return _smallRanks[left << SmallBits | right];
        var key = Key(left, right);
        var hash = key * Multiplier;
        return (_mayHave[BitOf(hash) >> 6] >> BitOf(hash) & 1) == 0 ? NoMerge : Find(key, hash);
    }

    /// <summary>Adds the merge of the next rank. Where a pair comes again, the earlier merge wins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // runs once for each merge at start
    public void Add(BpeMerge merge)
    {
        var rank = _count++;
        _results[rank] = merge.Result;
        var key = Key(merge.Left, merge.Right);
        var hash = key * Multiplier;
        var at = (int)(hash >> _shift);
        for (; _slots[at & (_slots.Length - 1)] != Empty; at++)
        {
            if (_slots[at & (_slots.Length - 1)] >> RankBits == key)
                return;
        }
        _slots[at & (_slots.Length - 1)] = key << RankBits | (uint)rank;
        _mayHave[BitOf(hash) >> 6] |= 1UL << BitOf(hash);
        if ((uint)(merge.Left | merge.Right) < 1 << SmallBits)
            _smallRanks[merge.Left << SmallBits | merge.Right] = rank;
    }

    private int Find(ulong key, ulong hash)
    {
        var slots = _slots;
        for (var at = (int)(hash >> _shift); ; at++)
        {
            var slot = slots[at & (slots.Length - 1)];
            if (slot >> RankBits == key)
                return (int)(slot & ((1 << RankBits) - 1));
            if (slot == Empty)
                return NoMerge;
        }
    }

    // BitsPerSlot bits for each slot.
    private int BitOf(ulong hash) => (int)(hash >> (_shift - 2));

    private static ulong Key(int left, int right) => (ulong)(uint)left << IdBits | (uint)right;
}
