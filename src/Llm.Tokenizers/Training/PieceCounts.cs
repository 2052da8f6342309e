using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

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
    private long _place; // block << 32 | number of the piece within it

    public int Count => _pieces.Count;

    /// <summary>Bytes of all pieces together.</summary>
    public int Length => _used;

    public long CountOf(int index) => _pieces[index].Count;

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_pieces[index].Start, _pieces[index].Length);

    /// <summary>The pieces of several threads together, in the order in which one thread would have found them.</summary>
    public static PieceCounts Join(IReadOnlyList<PieceCounts> parts)
    {
        var all = parts[0];
        foreach (var part in parts.Skip(1))
        {
            foreach (ref readonly var piece in CollectionsMarshal.AsSpan(part._pieces))
                all.Add(part._bytes.AsSpan(piece.Start, piece.Length), piece.Hash, piece.Count, piece.First);
        }
        if (parts.Count > 1)
        {
            all._pieces.Sort((left, right) => left.First.CompareTo(right.First));
            all._slots = []; // they no longer tell the truth, and nothing is added any more
        }
        return all;
    }

    /// <summary>The pieces as text.</summary>
    public IEnumerable<(string Text, long Count)> ToWords()
    {
        for (var piece = 0; piece < Count; piece++)
            yield return (Encoding.UTF8.GetString(this[piece]), CountOf(piece));
    }

    /// <summary>Code point → how often it occurs in the text.</summary>
    public Dictionary<int, long> CountCharacters()
    {
        var characters = new Dictionary<int, long>();
        for (var piece = 0; piece < Count; piece++)
        {
            for (var rest = this[piece]; rest.Length > 0;)
            {
                Rune.DecodeFromUtf8(rest, out var rune, out var length);
                CollectionsMarshal.GetValueRefOrAddDefault(characters, rune.Value, out _) += CountOf(piece);
                rest = rest[length..];
            }
        }
        return characters;
    }

    /// <summary>Begins a block of the text; blocks come in rising order, though some may be missing.</summary>
    public void StartBlock(int block) => _place = (long)block << 32;

    /// <summary>Counts a piece.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => Add(bytes, Hash(bytes), 1, _place++);

    /// <summary>Counts a piece; unpaired surrogates count as U+FFFD.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = text.Length <= 128 ? stackalloc byte[3 * 128] : new byte[3 * text.Length];
        Add(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    private void Add(ReadOnlySpan<byte> bytes, uint hash, long count, long first)
    {
        var at = (int)hash & (_slots.Length - 1);
        var pieces = CollectionsMarshal.AsSpan(_pieces);
        for (; _slots[at] != 0; at = (at + 1) & (_slots.Length - 1))
        {
            ref var piece = ref pieces[_slots[at] - 1];
            if (piece.Hash != hash || !bytes.SequenceEqual(_bytes.AsSpan(piece.Start, piece.Length)))
                continue;
            piece.Count += count;
            if (first < piece.First)
                piece.First = first;
            return;
        }
        _slots[at] = _pieces.Count + 1;
        Append(bytes, new Piece { Start = _used, Length = bytes.Length, Hash = hash, Count = count, First = first });
    }

    private void Append(ReadOnlySpan<byte> bytes, Piece piece)
    {
        if (bytes.Length > Array.MaxLength - _used)
            throw new ArgumentException(
                $"The different pieces of the text are longer than {Array.MaxLength} bytes together. Train on a part of it.");
        if (_used + bytes.Length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, BitOperations.RoundUpToPowerOf2((uint)(_used + bytes.Length))));
        bytes.CopyTo(_bytes.AsSpan(_used));
        _pieces.Add(piece);
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
        public long First; // place of its first appearance
    }
}
