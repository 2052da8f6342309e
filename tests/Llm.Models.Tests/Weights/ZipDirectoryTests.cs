using System.Text;

namespace Llm.Models.Tests.Weights;

public class ZipDirectoryTests
{
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 300)]
    [InlineData(true, 65535)]
    public void Read_StoredEntries_AreFoundWhereTheyLie(bool wide, int commentLength)
    {
        using var folder = new TemporaryFolder();
        (string, byte[])[] saved = [("a/data.pkl", "first"u8.ToArray()), ("a/data/0", "second one"u8.ToArray()), ("a/empty", [])];
        var bytes = Zip(saved, wide, commentLength);
        using var file = new RandomAccessFile(folder.Write("a.zip", bytes));

        var entries = ZipDirectory.Read(file);

        Assert.Equal(3, entries.Count);
        Assert.Equal("first", Content(file, entries["a/data.pkl"]));
        Assert.Equal("second one", Content(file, entries["a/data/0"]));
        Assert.Equal("", Content(file, entries["a/empty"]));
    }

    [Fact]
    public void Read_TwoEntriesOfOneName_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var file = new RandomAccessFile(folder.Write("a.zip", Zip([("a", [1]), ("a", [2])], wide: false, commentLength: 0)));

        Assert.Contains("two entries named 'a'", Assert.Throws<InvalidDataException>(() => ZipDirectory.Read(file)).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_AnyByteOfTheRecordsSetToAllOnes_ReadsOrRefuses(bool wide)
    {
        using var folder = new TemporaryFolder();
        var whole = Zip([("a/data.pkl", [1, 2, 3]), ("b", [4])], wide, commentLength: 0);

        for (var i = 0; i < whole.Length; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[i] = 0xFF;
            using var file = new RandomAccessFile(folder.Write("a.zip", changed));
            try
            {
                foreach (var entry in ZipDirectory.Read(file).Values)
                    _ = Content(file, entry);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private static string Content(RandomAccessFile file, ZipEntry entry)
    {
        var (start, length) = entry.Locate(file);
        var bytes = new byte[length];
        file.Read(start, bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    /// <summary>A zip file of stored entries; wide ones have every number in the 64-bit records, as files beyond 4 GB do.</summary>
    private static byte[] Zip((string Name, byte[] Content)[] entries, bool wide, int commentLength)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        using var directory = new MemoryStream();
        using var records = new BinaryWriter(directory);
        foreach (var (name, content) in entries)
        {
            var position = file.Position;
            WriteEntry(writer, name, content, position, central: false, wide: false);
            writer.Write(content);
            WriteEntry(records, name, content, position, central: true, wide);
        }
        var start = file.Position;
        writer.Write(directory.ToArray());
        if (wide)
        {
            var end = file.Position;
            writer.Write([.. "PK\x06\x06"u8, .. BitConverter.GetBytes(44L), 45, 0, 45, 0, .. new byte[8]]);
            foreach (var number in new[] { entries.Length, entries.Length, directory.Length, start })
                writer.Write((long)number);
            writer.Write([.. "PK\x06\x07"u8, 0, 0, 0, 0, .. BitConverter.GetBytes(end), 1, 0, 0, 0]);
        }
        writer.Write([.. "PK\x05\x06"u8, 0, 0, 0, 0, (byte)entries.Length, 0, (byte)entries.Length, 0]);
        writer.Write(wide ? uint.MaxValue : (uint)directory.Length);
        writer.Write(wide ? uint.MaxValue : (uint)start);
        writer.Write((ushort)commentLength);
        writer.Write(new byte[commentLength]);
        return file.ToArray();
    }

    private static void WriteEntry(BinaryWriter writer, string name, byte[] content, long position, bool central, bool wide)
    {
        writer.Write(central ? "PK\x01\x02"u8 : "PK\x03\x04"u8);
        if (central)
            writer.Write((ushort)45);
        writer.Write([45, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // version, flags, stored, time, date, checksum
        writer.Write(wide ? uint.MaxValue : (uint)content.Length);
        writer.Write(wide ? uint.MaxValue : (uint)content.Length);
        writer.Write((ushort)name.Length);
        writer.Write((ushort)(wide ? 28 : 0));
        if (central)
        {
            writer.Write(new byte[10]);
            writer.Write(wide ? uint.MaxValue : (uint)position);
        }
        writer.Write(Encoding.UTF8.GetBytes(name));
        if (wide)
        {
            writer.Write([1, 0, 24, 0]);
            foreach (var number in new[] { content.Length, content.Length, position })
                writer.Write(number);
        }
    }
}
