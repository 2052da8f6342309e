using System.Buffers.Binary;
using System.Text;

namespace Llm.Models;

/// <summary>One entry of a zip file.</summary>
/// <param name="Name">Its name, with forward slashes.</param>
/// <param name="Position">Where its local header starts in the file.</param>
/// <param name="Length">Bytes that it holds.</param>
/// <param name="Method">0 where it is stored as it is.</param>
/// <param name="Flags">Bit 0 says that it is encrypted.</param>
internal sealed record ZipEntry(string Name, long Position, long Length, int Method, int Flags)
{
    private const int LocalHeaderLength = 30;

    /// <summary>Where the bytes of the entry lie in the file.</summary>
    public (long Start, long Length) Locate(RandomAccessFile file)
    {
        if ((Flags & 1) != 0)
            throw new InvalidDataException($"{file.Path}: the zip entry '{Name}' is encrypted.");
        if (Method != 0)
            throw new InvalidDataException($"{file.Path}: the zip entry '{Name}' is compressed, which torch.save never does.");
        if (Position < 0 || Length < 0 || Position > file.Length - LocalHeaderLength)
            throw ZipDirectory.Damaged(file, $"'{Name}' does not lie inside the file");

        Span<byte> header = stackalloc byte[LocalHeaderLength];
        file.Read(Position, header);
        if (!header.StartsWith("PK\x03\x04"u8))
            throw ZipDirectory.Damaged(file, $"'{Name}' does not start where the directory says");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        var start = Position + LocalHeaderLength + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (start > file.Length - Length)
            throw ZipDirectory.Damaged(file, $"'{Name}' does not lie inside the file");

        var name = new byte[nameLength];
        file.Read(Position + LocalHeaderLength, name);
        if (Encoding.UTF8.GetString(name) != Name)
            throw ZipDirectory.Damaged(file, $"'{Name}' has another name at its own place");
        return (start, Length);
    }
}
