using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>
/// The ids of pieces that were merged lately. Its size is fixed: each piece has one slot, and takes it from whatever was there. Nobody
/// waits: a slot counts its changes, and a reader that sees it change, or a writer that finds another at work, leaves it alone (a sequence
/// lock).
/// </summary>
internal sealed unsafe class WidePieceCache
{
    /// <summary>Longer pieces are not kept.</summary>
    public const int MaxLength = 48;

    private const int MaxIds = 18;
    private const int SlotSize = 128; // two cache lines; a piece of two tokens and 16 bytes needs the first only
    private const int SlotCount = 1 << 14;
    private const ulong Multiplier1 = 0x9E3779B97F4A7C15; // the constants of SplitMix64
    private const ulong Multiplier2 = 0xBF58476D1CE4E5B9;

    // Pinned, so that the slots can lie on cache lines; allocated when the first piece comes.
    private readonly Lazy<byte[]> _memory = new(() => GC.AllocateArray<byte>((SlotCount + 1) * SlotSize, pinned: true));

    /// <summary>
    /// Writes the ids of a piece of at most <see cref="MaxLength"/> bytes, and returns their number; 0 where it is not known.
    /// </summary>
    public int Find(ReadOnlySpan<byte> piece, Span<int> ids)
    {
        ref var slot = ref SlotOf(piece);
        var version = Volatile.Read(ref slot.Version);
        var count = slot.Count;
        if (slot.Length != piece.Length || (version & 1) != 0 || count > ids.Length || !piece.SequenceEqual(slot.Bytes[..piece.Length]))
            return 0;
        for (var i = 0; i < count; i++)
            ids[i] = slot.Ids[i];
        Volatile.ReadBarrier();
        return slot.Version == version ? count : 0;
    }

    /// <summary>Keeps the ids of a piece of at most <see cref="MaxLength"/> bytes, if they are few enough.</summary>
    public void Add(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids)
    {
        if (ids.Length > MaxIds)
            return;
        ref var slot = ref SlotOf(piece);
        var version = slot.Version;
        if ((version & 1) != 0 || Interlocked.CompareExchange(ref slot.Version, version + 1, version) != version)
            return;
        slot.Length = (short)piece.Length;
        slot.Count = (short)ids.Length;
        piece.CopyTo(slot.Bytes);
        ids.CopyTo(slot.Ids);
        Volatile.Write(ref slot.Version, version + 2);
    }

    private ref Slot SlotOf(ReadOnlySpan<byte> piece)
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(_memory.Value);
        var address = ((nuint)Unsafe.AsPointer(ref start) + SlotSize - 1) & ~(nuint)(SlotSize - 1); // pinned: it does not move
        return ref Unsafe.AsRef<Slot>((void*)(address + Hash(piece) % SlotCount * SlotSize));
    }

    // Eight bytes at a time; the last eight may have been counted before.
    private static uint Hash(ReadOnlySpan<byte> piece)
    {
        var hash = (ulong)piece.Length * Multiplier2;
        if (piece.Length < 8)
        {
            foreach (var value in piece)
                hash = hash << 8 ^ value ^ hash >> 56;
        }
        else
        {
            for (var at = 0; at < piece.Length - 8; at += 8)
                hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(piece[at..])) * Multiplier1, 29);
            hash ^= MemoryMarshal.Read<ulong>(piece[^8..]);
        }
        hash *= Multiplier1;
        return (uint)((hash ^ hash >> 29) * Multiplier2 >> 32);
    }

    [StructLayout(LayoutKind.Explicit, Size = SlotSize)]
    private struct Slot
    {
        [FieldOffset(0)] public int Version; // odd while it is written
        [FieldOffset(4)] public short Length;
        [FieldOffset(6)] public short Count;
        [FieldOffset(8)] private fixed byte _bytes[MaxLength];
        [FieldOffset(8 + MaxLength)] private fixed int _ids[MaxIds];

        public Span<byte> Bytes => MemoryMarshal.CreateSpan(ref _bytes[0], MaxLength);

        public Span<int> Ids => MemoryMarshal.CreateSpan(ref _ids[0], MaxIds);
    }
}
