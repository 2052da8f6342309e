using System.Buffers.Binary;
using System.Text;

namespace Llm.Models;

/// <summary>The bytes of a pickle, read forward through a small buffer. Nothing longer than the rest of it is ever allocated.</summary>
internal sealed class PickleInput(RandomAccessFile file, long start, long length)
{
    private const int LongestLine = 1024;
    private const int LongestValue = 64 << 20;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly long _end = start + length;
    private long _next = start; // the first byte of the file that is not in the buffer
    private int _used;
    private int _filled;

    public string Path => file.Path;

    /// <summary>Where the next byte lies in the file.</summary>
    public long Position => _next - (_filled - _used);

    public long Remaining => _end - Position;

    public byte ReadByte()
    {
        if (_used == _filled)
            Fill();
        return _buffer[_used++];
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(sizeof(ulong)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double)));

    public byte[] ReadBytes(ulong count)
    {
        if (count > (ulong)Math.Min(Remaining, LongestValue))
        {
            throw new InvalidDataException(
                $"{Path}: the pickle asks for a value of {count} bytes at byte {Position}; {Remaining} are left, {LongestValue} allowed.");
        }
        var bytes = new byte[count];
        for (var done = 0; done < bytes.Length;)
        {
            if (_used == _filled)
                Fill();
            var piece = Math.Min(_filled - _used, bytes.Length - done);
            _buffer.AsSpan(_used, piece).CopyTo(bytes.AsSpan(done));
            _used += piece;
            done += piece;
        }
        return bytes;
    }

    public string ReadText(ulong count) => Decode(ReadBytes(count));

    /// <summary>Text up to a line feed.</summary>
    public string ReadLine()
    {
        var line = new List<byte>();
        for (byte value; (value = ReadByte()) != '\n'; line.Add(value))
        {
            if (line.Count == LongestLine)
                throw new InvalidDataException($"{Path}: a name in the pickle is longer than {LongestLine} bytes.");
        }
        return Decode([.. line]);
    }

    private string Decode(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"{Path}: the text that ends at byte {Position} of the file is not UTF-8.");
        }
    }

    private void Fill()
    {
        var count = (int)Math.Min(_buffer.Length, _end - _next);
        if (count == 0)
            throw new InvalidDataException($"{Path}: the pickle ends at byte {_end} in the middle of something. The file is cut short.");
        file.Read(_next, _buffer.AsSpan(0, count));
        (_used, _filled) = (0, count);
        _next += count;
    }
}
