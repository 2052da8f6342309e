using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>The order of the tensors in one file, and the header that says so.</summary>
internal sealed class SafetensorsLayout
{
    private const int PieceBytes = 64 << 20;
    private const int Alignment = 8;
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly NamedTensor[] _tensors;
    private readonly IReadOnlyDictionary<string, string> _metadata;

    public SafetensorsLayout(IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        // Larger elements first keeps every tensor aligned to its own elements without padding.
        _tensors = [.. tensors.OrderByDescending(tensor => tensor.Type.Rank).ThenBy(tensor => tensor.Utf8Name, ByteOrder)];
        _metadata = metadata ?? new Dictionary<string, string>();
    }

    private static Comparer<byte[]> ByteOrder { get; } = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    public void Write(Stream stream)
    {
        stream.Write(Header());
        foreach (var tensor in _tensors)
            WriteData(stream, tensor);
    }

    private byte[] Header()
    {
        using var json = new MemoryStream();
        json.Write(stackalloc byte[sizeof(long)]);
        using (var writer = new Utf8JsonWriter(json, Compact))
            WriteJson(writer);
        while (json.Length % Alignment != 0)
            json.WriteByte((byte)' ');

        var header = json.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - sizeof(long));
        return header;
    }

    private void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (_metadata.Count > 0)
        {
            writer.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach (var (key, value) in _metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }
        long start = 0;
        foreach (var tensor in _tensors)
        {
            writer.WriteStartObject(tensor.Name);
            writer.WriteString("dtype", tensor.Type.Name);
            WriteNumbers(writer, "shape", tensor.Tensor.shape);
            WriteNumbers(writer, "data_offsets", [start, start += tensor.ByteCount]);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, long[] numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    // One tensor at a time comes to the CPU and into row-major order; most lie there already and are written in place.
    private static void WriteData(Stream stream, NamedTensor tensor)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var rows = tensor.Tensor.detach().cpu().contiguous();
        if (rows.is_complex())
            rows = rows.resolve_conj();
        for (long start = 0; start < tensor.ByteCount; start += PieceBytes)
            stream.Write(TensorMemory.Bytes(rows, start, (int)Math.Min(PieceBytes, tensor.ByteCount - start)));
        GC.KeepAlive(rows);
    }
}
