using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>
/// The ids of short pieces that were merged lately. A piece has two slots to choose from, which share a cache line. Nobody waits: a slot
/// counts its changes, and a reader that sees it change, or a writer that finds another at work, leaves it alone (a sequence lock).
/// </summary>
internal sealed unsafe class NarrowPieceCache
{
    /// <summary>Longer pieces are not kept.</summary>
    public const int MaxLength = 15;

    /// <summary>Pieces of more ids are not kept.</summary>
    public const int MaxIds = 3;

    private const int LineSize = 64;
    private const int LineCount = 1 << 15;
    private const int None = -1; // instead of an id

    private readonly Lock _lock = new();
    private byte[]? _memory; // pinned, so that lines can be those of the processor; allocated when the first piece comes
    private nuint _start;

    /// <summary>Writes <see cref="MaxIds"/> ids and returns how many of them are those of the piece; 0 where it is not known.</summary>
    /// <param name="piece">The piece, of which 16 bytes are read.</param>
    /// <param name="length">Its bytes, 1 to <see cref="MaxLength"/>.</param>
    /// <param name="ids">Takes the ids.</param>
    public int Find(byte* piece, int length, int* ids)
    {
        if (Volatile.Read(ref _memory) is not { } memory)
            return 0;
        var (bytes, more) = PieceKey.Of(piece, length);
        ref var slot = ref LineOf(memory, bytes, more);
        if (slot.Bytes != bytes || slot.More != more)
            slot = ref Unsafe.Add(ref slot, 1);
        var version = Volatile.Read(ref slot.Version);
        if (slot.Bytes != bytes || slot.More != more || (version & 1) != 0)
            return 0;
        (ids[0], ids[1], ids[2]) = (slot.First, slot.Second, slot.Third);
        Volatile.ReadBarrier();
        if (slot.Version != version)
            return 0;
        return ids[1] == None ? 1 : ids[2] == None ? 2 : MaxIds;
    }

    /// <summary>Keeps the 1 to <see cref="MaxIds"/> ids of a piece.</summary>
    public void Add(byte* piece, int length, ReadOnlySpan<int> ids)
    {
        if (ids.IsEmpty)
            return;
        var (bytes, more) = PieceKey.Of(piece, length);
        ref var slot = ref LineOf(Memory(), bytes, more);
        ref var other = ref Unsafe.Add(ref slot, 1);
        if (slot.More != 0 && (other.More == 0 || slot.Version > other.Version)) // the one that is free, or was written less often
            slot = ref other;
        var version = slot.Version;
        if ((version & 1) != 0 || Interlocked.CompareExchange(ref slot.Version, version + 1, version) != version)
            return;
        (slot.Bytes, slot.More, slot.First) = (bytes, more, ids[0]);
        slot.Second = ids.Length > 1 ? ids[1] : None;
        slot.Third = ids.Length > 2 ? ids[2] : None;
        Volatile.Write(ref slot.Version, version + 2);
    }

    private byte[] Memory()
    {
        if (Volatile.Read(ref _memory) is { } memory)
            return memory;
        lock (_lock)
        {
            if (_memory is { } made)
                return made;
            memory = GC.AllocateArray<byte>((LineCount + 1) * LineSize, pinned: true);
            var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
            _start = (nuint)(-(nint)address) & (LineSize - 1);
            Volatile.Write(ref _memory, memory);
            return memory;
        }
    }

    private ref Slot LineOf(byte[] memory, ulong bytes, ulong more)
    {
        var offset = _start + (nuint)(PieceKey.Hash(bytes, more) % LineCount * LineSize);
        return ref Unsafe.As<byte, Slot>(ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(memory), offset));
    }

    [StructLayout(LayoutKind.Sequential, Size = LineSize / 2)]
    private struct Slot
    {
        public ulong Bytes;
        public ulong More; // holds the length: 0 means that the slot is free
        public int First;
        public int Second;
        public int Third;
        public int Version; // odd while the slot is written
    }
}
