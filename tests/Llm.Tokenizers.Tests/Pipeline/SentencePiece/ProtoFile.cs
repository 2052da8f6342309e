using System.Text;

namespace Llm.Tokenizers.Tests;

/// <summary>Writes SentencePiece model files, good and bad ones.</summary>
internal sealed class ProtoFile
{
    private readonly List<byte> _file = [];

    public byte[] Bytes => [.. _file];

    /// <summary>A file with an unknown piece and spaces left as they are.</summary>
    public static ProtoFile Start(PieceAlgorithm algorithm, params (int Field, ulong Value)[] training)
    {
        var file = new ProtoFile().Piece("<unk>", 0, PieceType.Unknown);
        return file.Message(2, [.. Number(3, (ulong)algorithm), .. training.SelectMany(field => Number(field.Field, field.Value))])
            .Message(3, [.. Number(3, 0), .. Number(4, 0)]);
    }

    public ProtoFile Piece(string text, float score, PieceType type = PieceType.Normal) =>
        Piece(Encoding.UTF8.GetBytes(text), score, type);

    public ProtoFile Piece(byte[] text, float score, PieceType type = PieceType.Normal) =>
        Message(1, [.. Field(1, text), 2 << 3 | 5, .. BitConverter.GetBytes(score), .. Number(3, (ulong)type)]);

    public ProtoFile Message(int field, byte[] content) => Add(Field(field, content));

    public ProtoFile Add(params byte[] bytes)
    {
        _file.AddRange(bytes);
        return this;
    }

    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    public static byte[] Field(int number, byte[] content) =>
        [.. Varint((ulong)number << 3 | 2), .. Varint((ulong)content.Length), .. content];

    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
