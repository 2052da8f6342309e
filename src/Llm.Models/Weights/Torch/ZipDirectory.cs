using System.Buffers.Binary;
using System.Text;

namespace Llm.Models;

/// <summary>
/// The central directory of a zip file (PKWARE's APPNOTE 4.3), 64-bit sizes included. System.IO.Compression hides where the
/// bytes of an entry lie, which is all that is wanted here.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int EntryLength = 46;
    private const long LongestDirectory = 256 << 20;

    /// <summary>The entries by name. A name that stands twice is an error: which one counts would depend on the reader.</summary>
    public static IReadOnlyDictionary<string, ZipEntry> Read(RandomAccessFile file)
    {
        var (start, length) = FindDirectory(file);
        if (start < 0 || length is < 0 or > LongestDirectory || start > file.Length - length)
            throw Damaged(file, "its directory does not lie inside the file");
        var directory = new byte[length];
        file.Read(start, directory);

        var entries = new Dictionary<string, ZipEntry>();
        for (ReadOnlySpan<byte> rest = directory; rest.Length > 0;)
        {
            if (!rest.StartsWith("PK\x01\x02"u8) || rest.Length < EntryLength)
                throw Damaged(file, "its directory holds something else than entries");
            var (entry, size) = ReadEntry(file, rest);
            if (!entries.TryAdd(entry.Name, entry))
                throw Damaged(file, $"it has two entries named '{entry.Name}'");
            rest = rest[size..];
        }
        return entries;
    }

    public static InvalidDataException Damaged(RandomAccessFile file, string fault) =>
        new($"{file.Path}: the zip file is damaged: {fault}. Is the file whole?");

    // The end record may be followed by a comment of up to 64 KB, so it is searched for from the end.
    private static (long Start, long Length) FindDirectory(RandomAccessFile file)
    {
        var tail = new byte[Math.Min(file.Length, EndLength + ushort.MaxValue)];
        file.Read(file.Length - tail.Length, tail);
        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            var end = tail.AsSpan(i);
            if (!end.StartsWith("PK\x05\x06"u8) || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndLength)
                continue;
            return FindDirectory64(file, file.Length - end.Length)
                ?? (BinaryPrimitives.ReadUInt32LittleEndian(end[16..]), BinaryPrimitives.ReadUInt32LittleEndian(end[12..]));
        }
        throw Damaged(file, "its end is missing");
    }

    private static (long Start, long Length)? FindDirectory64(RandomAccessFile file, long end)
    {
        if (end < LocatorLength + End64Length)
            return null;
        Span<byte> locator = stackalloc byte[LocatorLength];
        file.Read(end - LocatorLength, locator);
        if (!locator.StartsWith("PK\x06\x07"u8))
            return null;
        var position = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        if (position < 0 || position > end - End64Length)
            throw Damaged(file, "its 64-bit end record does not lie inside the file");
        Span<byte> record = stackalloc byte[End64Length];
        file.Read(position, record);
        if (!record.StartsWith("PK\x06\x06"u8))
            throw Damaged(file, "its 64-bit end record is missing");
        return (BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]));
    }

    private static (ZipEntry Entry, int Size) ReadEntry(RandomAccessFile file, ReadOnlySpan<byte> record)
    {
        var (nameLength, extraLength, commentLength) = (U16(record, 28), U16(record, 30), U16(record, 32));
        var size = EntryLength + nameLength + extraLength + commentLength;
        if (record.Length < size)
            throw Damaged(file, "its directory is cut short");
        var name = Encoding.UTF8.GetString(record.Slice(EntryLength, nameLength));
        long length = U32(record, 24), stored = U32(record, 20), position = U32(record, 42);

        // The 64-bit extra field has, in this order, only those of the numbers that are all ones above.
        for (var extra = record.Slice(EntryLength + nameLength, extraLength); extra.Length >= 4;)
        {
            var field = extra.Slice(4, Math.Min(U16(extra, 2), extra.Length - 4));
            if (U16(extra, 0) == 1)
            {
                length = Wide(length, ref field);
                stored = Wide(stored, ref field);
                position = Wide(position, ref field);
                break;
            }
            extra = extra[Math.Min(extra.Length, 4 + U16(extra, 2))..];
        }
        if (length != stored && U16(record, 10) == 0)
            throw Damaged(file, $"'{name}' has two different lengths");
        return (new ZipEntry(name, position, length, Method: U16(record, 10), Flags: U16(record, 8)), size);
    }

    private static long Wide(long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue || field.Length < sizeof(long))
            return value;
        value = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[sizeof(long)..];
        return value;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int start) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[start..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int start) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[start..]);
}
