using System.Buffers.Binary;
using System.Text;

namespace Llm.Models.Tests.Native;

/// <summary>A made-up ELF file with nothing in it but the list of symbol versions that it needs.</summary>
internal sealed class ElfFile
{
    private const int HeaderSize = 64, SectionSize = 64, RecordSize = 16, EntrySize = 16;

    private readonly List<int> _entries = [];

    /// <summary>Each inner array is one needed file with its needed versions.</summary>
    public ElfFile(params string[][] neededVersions)
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        var offsets = neededVersions.Select(versions => versions.Select(version => Append(strings, version)).ToArray()).ToArray();
        NamesStart = HeaderSize;
        NeedsStart = NamesStart + (int)strings.Length;
        SectionsStart = NeedsStart + neededVersions.Sum(versions => RecordSize + versions.Length * EntrySize);
        Bytes = new byte[SectionsStart + 3 * SectionSize];

        WriteHeader();
        strings.ToArray().CopyTo(Bytes, NamesStart);
        WriteNeeds(offsets);
        WriteSection(1, type: 3, NamesStart, link: 0, info: 0);
        WriteSection(2, type: 0x6ffffffe, NeedsStart, link: 1, info: neededVersions.Length);
    }

    public byte[] Bytes { get; }

    public int NamesStart { get; }

    /// <summary>Where the first record of needed versions lies.</summary>
    public int NeedsStart { get; }

    public int SectionsStart { get; }

    /// <summary>The flags of every entry, in order.</summary>
    public IEnumerable<ushort> Flags => _entries.Select(entry => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan(entry + 4)));

    public void Write16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Bytes.AsSpan(offset), value);

    public void Write32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(offset), value);

    public void Write64(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(offset), value);

    private static uint Append(MemoryStream strings, string text)
    {
        var offset = (uint)strings.Length;
        strings.Write(Encoding.ASCII.GetBytes(text + '\0'));
        return offset;
    }

    private void WriteHeader()
    {
        "\u007fELF"u8.CopyTo(Bytes);
        Bytes[4] = 2; // 64 bits
        Bytes[5] = 1; // little-endian
        Write64(40, (ulong)SectionsStart);
        Write16(58, SectionSize);
        Write16(60, 3);
    }

    private void WriteNeeds(uint[][] names)
    {
        var record = NeedsStart;
        for (var i = 0; i < names.Length; i++)
        {
            var size = RecordSize + names[i].Length * EntrySize;
            Write16(record, 1);
            Write16(record + 2, (ushort)names[i].Length);
            Write32(record + 8, RecordSize);
            Write32(record + 12, i == names.Length - 1 ? 0 : (uint)size);
            for (var k = 0; k < names[i].Length; k++)
            {
                var entry = record + RecordSize + k * EntrySize;
                _entries.Add(entry);
                Write32(entry + 8, names[i][k]);
                Write32(entry + 12, k == names[i].Length - 1 ? 0u : EntrySize);
            }
            record += size;
        }
    }

    private void WriteSection(int index, uint type, int offset, uint link, int info)
    {
        var section = SectionsStart + index * SectionSize;
        Write32(section + 4, type);
        Write64(section + 24, (ulong)offset);
        Write32(section + 40, link);
        Write32(section + 44, (uint)info);
    }
}
