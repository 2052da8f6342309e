using System.Numerics;
using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>The different pieces of a training text, in the order of their first appearance, with how often each occurs.</summary>
internal sealed class PieceCounts
{
    private const ulong Multiplier1 = 0x9E3779B97F4A7C15; // the constants of SplitMix64
    private const ulong Multiplier2 = 0xBF58476D1CE4E5B9;

    private readonly List<Piece> _pieces = [];
    private byte[] _bytes = new byte[1 << 16];
    private int _used;
    private int[] _slots = new int[1 << 16]; // index of a piece + 1, or 0

    public int Count => _pieces.Count;

    public long CountOf(int index) => _pieces[index].Count;

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_pieces[index].Start, _pieces[index].Length);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var hash = Hash(bytes);
        var at = (int)hash & (_slots.Length - 1);
        var pieces = CollectionsMarshal.AsSpan(_pieces);
        for (; _slots[at] != 0; at = (at + 1) & (_slots.Length - 1))
        {
            ref var piece = ref pieces[_slots[at] - 1];
            if (piece.Hash != hash || !bytes.SequenceEqual(_bytes.AsSpan(piece.Start, piece.Length)))
                continue;
            piece.Count++;
            return;
        }
        _slots[at] = _pieces.Count + 1;
        Append(bytes, hash);
    }

    private void Append(ReadOnlySpan<byte> bytes, uint hash)
    {
        if (_used + bytes.Length > _bytes.Length)
            Array.Resize(ref _bytes, checked((int)BitOperations.RoundUpToPowerOf2((uint)(_used + bytes.Length))));
        bytes.CopyTo(_bytes.AsSpan(_used));
        _pieces.Add(new Piece { Start = _used, Length = bytes.Length, Hash = hash, Count = 1 });
        _used += bytes.Length;
        if (2 * _pieces.Count > _slots.Length)
            Rehash(4 * _slots.Length);
    }

    private void Rehash(int size)
    {
        _slots = new int[size];
        for (var i = 0; i < _pieces.Count; i++)
        {
            var at = (int)_pieces[i].Hash & (size - 1);
            while (_slots[at] != 0)
                at = (at + 1) & (size - 1);
            _slots[at] = i + 1;
        }
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(bytes)) * Multiplier1, 29);
        var rest = 0UL;
        foreach (var value in bytes)
            rest = rest << 8 | value;
        hash = (hash ^ rest) * Multiplier2;
        return (uint)((hash ^ hash >> 29) * Multiplier1 >> 32);
    }

    private struct Piece
    {
        public int Start;
        public int Length;
        public uint Hash;
        public long Count;
    }
}
