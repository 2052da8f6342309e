using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Counts pieces in a hash table. Pieces of up to 16 bytes, nearly all, are their own key and stand with their count in one cache line;
/// longer ones are found by hash and compared.
/// </summary>
internal sealed unsafe class PieceCounter
{
    /// <summary>Bytes that may be read behind a piece.</summary>
    public const int Padding = MaxInline;

    private const int MaxInline = 16;
    private const ulong Multiplier1 = 0x9E3779B97F4A7C15; // the constants of SplitMix64
    private const ulong Multiplier2 = 0xBF58476D1CE4E5B9;

    private readonly List<long> _firsts = []; // number of a piece -> place of its first appearance
    private Slot[] _slots = new Slot[1 << 14];
    private byte[] _bytes = new byte[1 << 14]; // of the long pieces
    private int _bytesUsed;
    private long _place; // block << 32 | number of the piece within it

    /// <summary>The pieces of several counters together, in the order in which one alone would have found them.</summary>
    public static PieceCounts Join(IReadOnlyList<PieceCounter> parts)
    {
        var all = parts[0];
        foreach (var part in parts.Skip(1))
            all.AddAll(part);
        return all.ToCounts();
    }

    /// <summary>Begins a block of the text; blocks come in rising order, though some may be missing.</summary>
    public void StartBlock(int block) => _place = (long)block << 32;

    /// <summary>
    /// Counts pieces that follow each other, and returns where they end; <see cref="Padding"/> bytes behind them may be read.
    /// </summary>
    public byte* Add(byte* text, ReadOnlySpan<int> lengths)
    {
        var next = text;
        foreach (var length in lengths)
        {
            var (low, high) = ReadKey(next, length);
            CacheLine.Fetch(ref _slots[Hash(low, high, length) & (uint)(_slots.Length - 1)]);
            next += length;
        }
        foreach (var length in lengths)
        {
            Add(text, length, 1, _place++);
            text += length;
        }
        return text;
    }

    /// <summary>Counts a piece; unpaired surrogates count as U+FFFD.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        Span<byte> bytes = text.Length <= 128 ? stackalloc byte[3 * 128 + Padding] : new byte[3 * text.Length + Padding];
        var length = Encoding.UTF8.GetBytes(text, bytes);
        fixed (byte* piece = bytes)
            Add(piece, length, 1, _place++);
    }

    /// <summary>The pieces in the order of their first appearance.</summary>
    public PieceCounts ToCounts()
    {
        var slots = new int[_firsts.Count];
        for (var at = 0; at < _slots.Length; at++)
        {
            if (_slots[at].Length > 0)
                slots[_slots[at].Number] = at;
        }
        Array.Sort(_firsts.ToArray(), slots);
        var counts = new PieceCounts();
        foreach (var at in slots)
            counts.Add(BytesOf(ref _slots[at]), _slots[at].Count);
        return counts;
    }

    private void AddAll(PieceCounter other)
    {
        Span<byte> padded = stackalloc byte[2 * MaxInline];
        fixed (byte* copy = padded, bytes = other._bytes)
        {
            foreach (ref var slot in other._slots.AsSpan())
            {
                if (slot.Length == 0)
                    continue;
                (*(ulong*)copy, *(ulong*)(copy + 8)) = (slot.Low, slot.High);
                var place = other._firsts[slot.Number];
                var number = Add(slot.Length <= MaxInline ? copy : bytes + (long)slot.High, slot.Length, slot.Count, place);
                _firsts[number] = Math.Min(place, _firsts[number]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Add(byte* piece, int length, long count, long place)
    {
        if (length > MaxInline)
            return AddLong(new ReadOnlySpan<byte>(piece, length), count, place);
        var (low, high) = ReadKey(piece, length);
        var slots = _slots;
        for (var at = Hash(low, high, length); ; at++)
        {
            ref var slot = ref slots[at & (uint)(slots.Length - 1)];
            if (slot.Low == low && slot.High == high && slot.Length == length)
            {
                slot.Count += count;
                return slot.Number;
            }
            if (slot.Length != 0)
                continue;
            slot = new Slot { Low = low, High = high, Length = length, Count = count, Number = _firsts.Count };
            return TakeNumber(place);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Low, ulong High) ReadKey(byte* piece, int length) => (
        length >= 8 ? *(ulong*)piece : *(ulong*)piece & (1UL << 8 * length) - 1,
        length <= 8 ? 0 : *(ulong*)(piece + 8) & ulong.MaxValue >> 8 * Math.Max(0, MaxInline - length));

    private int AddLong(ReadOnlySpan<byte> piece, long count, long place)
    {
        var hash = HashLong(piece);
        for (var at = Hash(hash, 0, piece.Length); ; at++)
        {
            ref var slot = ref _slots[at & (uint)(_slots.Length - 1)];
            if (slot.Low == hash && slot.Length == piece.Length && piece.SequenceEqual(BytesOf(ref slot)))
            {
                slot.Count += count;
                return slot.Number;
            }
            if (slot.Length != 0)
                continue;
            slot = new Slot { Low = hash, High = (ulong)Store(piece), Length = piece.Length, Count = count, Number = _firsts.Count };
            return TakeNumber(place);
        }
    }

    private int Store(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > Array.MaxLength - MaxInline - _bytesUsed)
            throw PieceCounts.TooLong();
        var start = _bytesUsed;
        _bytesUsed += piece.Length;
        if (_bytesUsed > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, BitOperations.RoundUpToPowerOf2((uint)_bytesUsed)));
        piece.CopyTo(_bytes.AsSpan(start));
        return start;
    }

    private ReadOnlySpan<byte> BytesOf(ref Slot slot) => slot.Length > MaxInline
        ? _bytes.AsSpan((int)slot.High, slot.Length)
        : MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref slot.Low, 2))[..slot.Length];

    private int TakeNumber(long place)
    {
        _firsts.Add(place);
        if (2 * _firsts.Count > _slots.Length)
            Grow();
        return _firsts.Count - 1;
    }

    private void Grow()
    {
        var slots = new Slot[2 * _slots.Length];
        foreach (ref var slot in _slots.AsSpan())
        {
            if (slot.Length == 0)
                continue;
            var at = Hash(slot.Low, slot.Length > MaxInline ? 0 : slot.High, slot.Length);
            while (slots[at & (uint)(slots.Length - 1)].Length != 0)
                at++;
            slots[at & (uint)(slots.Length - 1)] = slot;
        }
        _slots = slots;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(ulong low, ulong high, int length) => PieceKey.Hash(low, high ^ (ulong)length << 56);

    private static ulong HashLong(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(bytes)) * Multiplier1, 29);
        foreach (var value in bytes)
            hash = BitOperations.RotateLeft((hash ^ value) * Multiplier1, 29);
        return hash * Multiplier2;
    }

    private struct Slot
    {
        public ulong Low; // the first 8 bytes of a short piece; the hash of a long one
        public ulong High; // the other 8; where the long one starts in the bytes
        public long Count;
        public int Length; // 0 where the slot is free
        public int Number; // in the order in which the pieces came
    }
}
