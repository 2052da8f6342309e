using System.Buffers.Binary;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>The order of the tensors in one file, and the header that says so.</summary>
internal sealed class SafetensorsLayout
{
    private const int PieceBytes = 64 << 20;
    private const int Alignment = 8;
    private readonly NamedTensor[] _tensors;
    private readonly byte[] _header;

    public SafetensorsLayout(IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        // Larger elements first keeps every tensor aligned to its own elements without padding.
        _tensors = [.. tensors.OrderByDescending(tensor => tensor.Type.Rank).ThenBy(tensor => tensor.Utf8Name, ByteOrder)];
        _header = Header(_tensors, metadata ?? new Dictionary<string, string>());
    }

    private static Comparer<byte[]> ByteOrder { get; } = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    public void Write(Stream stream)
    {
        stream.Write(_header);
        foreach (var tensor in _tensors)
            WriteData(stream, tensor);
    }

    private static byte[] Header(NamedTensor[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var json = HeaderJson.Write(tensors, metadata);
        var length = (json.Length + Alignment - 1) / Alignment * Alignment;
        var header = new byte[sizeof(long) + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        json.CopyTo(header, sizeof(long));
        header.AsSpan(sizeof(long) + json.Length).Fill((byte)' ');
        return header;
    }

    // One tensor at a time comes to the CPU and into row-major order; most lie there already and are written in place.
    private static void WriteData(Stream stream, NamedTensor tensor)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var rows = tensor.Tensor.detach();
        if (rows.is_complex())
            rows = rows.resolve_conj();
        rows = rows.to(tensor.Type.Scalar ?? rows.dtype).cpu().contiguous();
        for (long start = 0; start < tensor.ByteCount; start += PieceBytes)
            stream.Write(TensorMemory.Bytes(rows, start, (int)Math.Min(PieceBytes, tensor.ByteCount - start)));
        GC.KeepAlive(rows);
    }
}
