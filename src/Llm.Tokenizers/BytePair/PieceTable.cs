using System.Numerics;
using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>
/// Bytes of a whole piece → id. Pieces of up to 16 bytes, nearly all, are their own key; longer ones are found by hash and compared.
/// </summary>
internal sealed unsafe class PieceTable
{
    public const int NotFound = -1;

    private const int MaxInline = 16;
    private const ulong Multiplier1 = 0x9E3779B97F4A7C15; // the constants of SplitMix64
    private const ulong Multiplier2 = 0xBF58476D1CE4E5B9;

    private readonly TokenBytes _tokens;
    private readonly ShortSlot[] _short;  // 1 to 8 bytes
    private readonly MediumSlot[] _medium; // 9 to 16 bytes
    private readonly int[] _long; // ids of longer tokens, or NotFound
    private readonly int _maxLength;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a long loop that runs once
    public PieceTable(TokenBytes tokens, List<int> ids)
    {
        _tokens = tokens;
        var (shorter, medium, longer) = (0, 0, 0);
        foreach (var id in ids)
        {
            var length = tokens.LengthOf(id);
            (shorter, medium, longer) = length <= 8 ? (shorter + 1, medium, longer) : length <= MaxInline ? (shorter, medium + 1, longer)
                : (shorter, medium, longer + 1);
            _maxLength = Math.Max(_maxLength, length);
        }
        _short = new ShortSlot[SizeFor(shorter)];
        _medium = new MediumSlot[SizeFor(medium)];
        _long = new int[SizeFor(longer)];
        Array.Fill(_long, NotFound);
        foreach (var id in ids)
            Add(id);
    }

    /// <summary>
    /// The id of the token that is the whole piece; 16 bytes may be read from <paramref name="piece"/> on, whatever its length.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(byte* piece, int length)
    {
        if (length > 8)
            return length <= MaxInline ? FindMedium(piece, length) : FindLong(piece, length);
        var bytes = PieceKey.FirstBytes(piece, length);
        var slots = _short;
        for (var at = PieceKey.Hash(bytes, (ulong)length); ; at++)
        {
            ref readonly var slot = ref slots[at & (uint)(slots.Length - 1)];
            if (slot.Bytes == bytes && slot.Length == length)
                return slot.Id;
            if (slot.Length == 0)
                return NotFound;
        }
    }

    private int FindMedium(byte* piece, int length)
    {
        var bytes = *(ulong*)piece;
        var more = PieceKey.FirstBytes(piece + 8, length - 8);
        var slots = _medium;
        for (var at = PieceKey.Hash(bytes, more ^ (ulong)length << 56); ; at++)
        {
            ref readonly var slot = ref slots[at & (uint)(slots.Length - 1)];
            if (slot.Bytes == bytes && slot.More == more && slot.Length == length)
                return slot.Id;
            if (slot.Length == 0)
                return NotFound;
        }
    }

    private int FindLong(byte* piece, int length)
    {
        if (length > _maxLength)
            return NotFound;
        var bytes = new ReadOnlySpan<byte>(piece, length);
        for (var at = HashLong(bytes); ; at++)
        {
            var id = _long[at & (uint)(_long.Length - 1)];
            if (id == NotFound || bytes.SequenceEqual(_tokens[id]))
                return id;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // runs once for each token at start
    private void Add(int id)
    {
        var bytes = _tokens[id];
        Span<byte> padded = stackalloc byte[MaxInline];
        if (bytes.Length <= MaxInline)
            bytes.CopyTo(padded);
        fixed (byte* piece = padded)
        {
            if (bytes.Length <= 8)
                AddShort(new ShortSlot(*(ulong*)piece, id, bytes.Length));
            else if (bytes.Length <= MaxInline)
                AddMedium(new MediumSlot(*(ulong*)piece, *(ulong*)(piece + 8), id, bytes.Length));
            else
                AddLong(id);
        }
    }

    private void AddShort(ShortSlot added)
    {
        var at = PieceKey.Hash(added.Bytes, (ulong)added.Length);
        while (_short[at & (uint)(_short.Length - 1)].Length != 0)
            at++;
        _short[at & (uint)(_short.Length - 1)] = added;
    }

    private void AddMedium(MediumSlot added)
    {
        var at = PieceKey.Hash(added.Bytes, added.More ^ (ulong)added.Length << 56);
        while (_medium[at & (uint)(_medium.Length - 1)].Length != 0)
            at++;
        _medium[at & (uint)(_medium.Length - 1)] = added;
    }

    private void AddLong(int id)
    {
        var at = HashLong(_tokens[id]);
        while (_long[at & (uint)(_long.Length - 1)] != NotFound)
            at++;
        _long[at & (uint)(_long.Length - 1)] = id;
    }

    private static int SizeFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count / 3 * 4 + 4));

    private static uint HashLong(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        foreach (var value in bytes)
            hash = BitOperations.RotateLeft((hash ^ value) * Multiplier1, 29);
        return (uint)(hash * Multiplier2 >> 32);
    }

    private readonly record struct ShortSlot(ulong Bytes, int Id, int Length);

    private readonly record struct MediumSlot(ulong Bytes, ulong More, int Id, int Length);
}
