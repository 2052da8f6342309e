using System.Buffers.Binary;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>How a value of a protocol buffer is stored.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>Walks through the fields of one message in protocol buffer encoding; never reads beyond it, never copies.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The next field; false at the end of the message.</summary>
    /// <exception cref="FormatException">The message is malformed.</exception>
    public bool TryRead(out ProtobufField field)
    {
        field = default;
        if (_rest.IsEmpty)
            return false;
        var key = ReadVarint();
        var (number, type) = ((int)Math.Min(key >> 3, int.MaxValue), (WireType)(key & 7));
        field = type switch
        {
            WireType.Varint => new ProtobufField(number, type, ReadVarint(), []),
            WireType.Fixed64 => new ProtobufField(number, type, BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), []),
            WireType.Bytes => new ProtobufField(number, type, 0, Take(ReadVarint())),
            WireType.Fixed32 => new ProtobufField(number, type, BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), []),
            _ => throw new FormatException($"field {number} has the wire type {(int)type}, which is not supported."),
        };
        return true;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new FormatException("a number in it is longer than 64 bits.");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new FormatException($"{count} bytes are announced, but {_rest.Length} follow. Perhaps the file is cut off.");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}

/// <summary>One field of a protocol buffer.</summary>
internal readonly ref struct ProtobufField(int number, WireType type, ulong value, ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ulong _value = value;
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Number { get; } = number;

    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            Expect(WireType.Bytes);
            return _bytes;
        }
    }

    /// <exception cref="ArgumentException">The bytes are not UTF-8.</exception>
    public string Text => StrictUtf8.GetString(Bytes);

    public float Float
    {
        get
        {
            Expect(WireType.Fixed32);
            return BitConverter.UInt32BitsToSingle((uint)_value);
        }
    }

    public bool Flag => Varint != 0;

    public ulong Varint
    {
        get
        {
            Expect(WireType.Varint);
            return _value;
        }
    }

    private void Expect(WireType expected)
    {
        if (type != expected)
            throw new FormatException($"field {Number} is stored as {type}, but {expected} is expected.");
    }
}
