using System.Buffers.Binary;
using System.Text;

namespace Llm.Models;

/// <summary>
/// The part of an ELF file that says which symbol versions a library needs, as in the System V ABI and in the chapter on symbol
/// versioning of the Linux Standard Base: each needed file has a record, each needed version of it an entry.
/// </summary>
internal readonly ref struct ElfImage
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort Weak = 2;
    private const int HeaderSize = 64, SectionSize = 64, RecordSize = 16;

    private readonly Span<byte> _bytes;

    private ElfImage(Span<byte> bytes) => _bytes = bytes;

    /// <summary>
    /// Marks the need for <paramref name="version"/> as weak, so that a system without it loads the library all the same.
    /// </summary>
    /// <returns>How many entries name the version.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a well-formed 64-bit little-endian ELF file.</exception>
    public static int WeakenVersion(Span<byte> bytes, string version)
    {
        if (bytes.Length < HeaderSize || !bytes.StartsWith("\u007fELF"u8) || bytes[4] != 2 || bytes[5] != 1)
            throw new InvalidDataException("The file is not a 64-bit little-endian ELF file.");

        var image = new ElfImage(bytes);
        var name = Encoding.ASCII.GetBytes(version + '\0');
        // Every record and entry has bytes of its own, so a file with more of them than room for them runs in circles.
        var room = bytes.Length / RecordSize;
        var found = 0;
        for (var i = 0u; i < image.UInt16(60); i++)
        {
            var section = image.Section(i);
            if (image.UInt32(section + 4) == VersionNeedSection)
                found += image.WeakenSection(section, name, ref room);
        }
        return found;
    }

    private int WeakenSection(ulong section, ReadOnlySpan<byte> name, ref int room)
    {
        var names = Pointer(Section(UInt32(section + 40)) + 24);
        var found = 0;
        var record = Pointer(section + 24);
        for (var records = UInt32(section + 44); records > 0; records--)
        {
            TakeRoom(ref room);
            var entry = record + UInt32(record + 8);
            for (var entries = UInt16(record + 2); entries > 0; entries--)
            {
                TakeRoom(ref room);
                found += WeakenEntry(entry, names + UInt32(entry + 8), name);
                entry += UInt32(entry + 12);
            }
            record += UInt32(record + 12);
        }
        return found;
    }

    private int WeakenEntry(ulong entry, ulong nameStart, ReadOnlySpan<byte> name)
    {
        if (!From(nameStart, 0).StartsWith(name))
            return 0;

        BinaryPrimitives.WriteUInt16LittleEndian(From(entry + 4, 2), (ushort)(UInt16(entry + 4) | Weak));
        return 1;
    }

    private static void TakeRoom(ref int room)
    {
        if (room-- == 0)
            throw new InvalidDataException("The ELF file's list of needed versions runs in circles.");
    }

    private ulong Section(uint index) => Pointer(40) + (ulong)index * SectionSize;

    private ushort UInt16(ulong offset) => BinaryPrimitives.ReadUInt16LittleEndian(From(offset, 2));

    private uint UInt32(ulong offset) => BinaryPrimitives.ReadUInt32LittleEndian(From(offset, 4));

    // Checked at once, so that nothing that is added to it later runs over.
    private ulong Pointer(ulong offset)
    {
        var pointer = BinaryPrimitives.ReadUInt64LittleEndian(From(offset, 8));
        _ = From(pointer, 0);
        return pointer;
    }

    private Span<byte> From(ulong offset, int size)
    {
        if (offset > (ulong)_bytes.Length || size > _bytes.Length - (int)offset)
            throw new InvalidDataException($"The ELF file points to byte {offset}, but has only {_bytes.Length}: it is torn or damaged.");
        return _bytes[(int)offset..];
    }
}
