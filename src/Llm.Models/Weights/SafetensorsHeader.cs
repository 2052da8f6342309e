using System.Text.Json;
using System.Text.Unicode;

namespace Llm.Models;

/// <summary>The JSON header of a safetensors file.</summary>
/// <param name="Tensors">The tensors in the order of their data, each with its first byte counted from the start of the data.</param>
/// <param name="Metadata">The text under __metadata__.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyList<(TensorInfo Info, long Begin)> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    public const string MetadataKey = "__metadata__";

    /// <summary>Reads the header and checks that the tensors cover <paramref name="dataLength"/> bytes without hole or overlap.</summary>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        if (!Utf8.IsValid(json))
            throw new InvalidDataException($"{path}: the header is not UTF-8 text.");
        try
        {
            var (tensors, metadata) = new Parser(path).ReadHeader(json);
            tensors.Sort((a, b) => (a.Begin, a.Info.ByteCount).CompareTo((b.Begin, b.Info.ByteCount)));
            CheckCoverage(path, tensors, dataLength);
            return new SafetensorsHeader(tensors, metadata);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader reports a lone surrogate in an escape as an InvalidOperationException.
            throw new InvalidDataException($"{path}: the header is not valid JSON: {exception.Message}", exception);
        }
    }

    private static void CheckCoverage(string path, List<(TensorInfo Info, long Begin)> tensors, long dataLength)
    {
        long end = 0;
        foreach (var (info, begin) in tensors)
        {
            if (begin != end)
            {
                var fault = begin > end ? "leaves a hole behind" : "overlaps";
                throw new InvalidDataException(
                    $"{path}: '{info.Name}' starts at byte {begin} of the data and {fault} the tensor that ends at {end}.");
            }
            end += info.ByteCount;
        }
        if (end != dataLength)
        {
            throw new InvalidDataException(
                $"{path}: the tensors take {end} bytes, but {dataLength} bytes follow the header. " +
                (dataLength < end ? "The file is cut short." : "The file has something else at its end."));
        }
    }

    private readonly struct Parser(string path)
    {
        public (List<(TensorInfo Info, long Begin)> Tensors, Dictionary<string, string> Metadata) ReadHeader(ReadOnlySpan<byte> json)
        {
            var reader = new Utf8JsonReader(json);
            var tensors = new List<(TensorInfo Info, long Begin)>();
            var metadata = new Dictionary<string, string>();
            var names = new HashSet<string>();

            reader.Read();
            Expect(ref reader, JsonTokenType.StartObject, "The header");
            while (NextName(ref reader) is { } name)
            {
                if (!names.Add(name))
                    throw Fault($"the name '{name}' stands twice in the header.");
                if (name == MetadataKey)
                    ReadMetadata(ref reader, metadata);
                else
                    tensors.Add(ReadTensor(ref reader, name));
            }
            // Only white space may follow; anything else makes the reader throw.
            reader.Read();
            return (tensors, metadata);
        }

        private void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
        {
            Expect(ref reader, JsonTokenType.StartObject, MetadataKey);
            while (NextName(ref reader) is { } key)
            {
                Expect(ref reader, JsonTokenType.String, $"{MetadataKey} '{key}'");
                if (!metadata.TryAdd(key, reader.GetString() ?? ""))
                    throw Fault($"the key '{key}' stands twice in {MetadataKey}.");
            }
        }

        private (TensorInfo Info, long Begin) ReadTensor(ref Utf8JsonReader reader, string name)
        {
            string? type = null;
            long[]? shape = null, offsets = null;
            var fields = new HashSet<string>();
            Expect(ref reader, JsonTokenType.StartObject, $"'{name}'");
            while (NextName(ref reader) is { } field)
            {
                if (!fields.Add(field))
                    throw Fault($"'{name}' says {field} twice.");
                if (field == "dtype")
                    type = ReadString(ref reader, $"The dtype of '{name}'");
                else if (field == "shape")
                    shape = ReadNumbers(ref reader, $"The shape of '{name}'");
                else if (field == "data_offsets")
                    offsets = ReadNumbers(ref reader, $"The data_offsets of '{name}'");
                else
                    reader.Skip();
            }
            return CheckTensor(name, type, shape, offsets);
        }

        private (TensorInfo Info, long Begin) CheckTensor(string name, string? typeName, long[]? shape, long[]? offsets)
        {
            if (typeName is null || shape is null || offsets is null)
                throw Fault($"'{name}' lacks {(typeName is null ? "dtype" : shape is null ? "shape" : "data_offsets")}.");
            if (TensorType.Find(typeName) is not { } type)
                throw Fault($"'{name}' has the unknown dtype '{typeName}'. Known: {TensorType.Names}.");
            if (offsets is not [var begin, var end] || begin > end)
                throw Fault($"'{name}' has the data_offsets [{string.Join(", ", offsets)}]; two rising numbers are allowed.");
            if (type.ByteCount(shape) is not { } bytes)
                throw Fault($"'{name}' of {typeName} and shape {TensorCopy.Text(shape)} takes no number of bytes that a file can have.");
            if (bytes != end - begin)
                throw Fault($"'{name}' of {typeName} and shape {TensorCopy.Text(shape)} takes {bytes} bytes, not {end - begin}.");
            return (new TensorInfo(name, typeName, type.Scalar, shape, bytes), begin);
        }

        // The next property name with the reader moved on to its value, or null at the end of the object.
        private static string? NextName(ref Utf8JsonReader reader)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.PropertyName)
                return null;
            var name = reader.GetString();
            reader.Read();
            return name;
        }

        private string ReadString(ref Utf8JsonReader reader, string what)
        {
            Expect(ref reader, JsonTokenType.String, what);
            return reader.GetString() ?? "";
        }

        private long[] ReadNumbers(ref Utf8JsonReader reader, string what)
        {
            Expect(ref reader, JsonTokenType.StartArray, what);
            var numbers = new List<long>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Expect(ref reader, JsonTokenType.Number, what);
                if (!reader.TryGetInt64(out var number) || number < 0)
                    throw Fault($"{what} holds a number that is not a whole one from 0 to {long.MaxValue}.");
                numbers.Add(number);
            }
            return [.. numbers];
        }

        private void Expect(ref Utf8JsonReader reader, JsonTokenType wanted, string what)
        {
            if (reader.TokenType != wanted)
                throw Fault($"{what} must be {Plain(wanted)}, but is {Plain(reader.TokenType)}.");
        }

        private static string Plain(JsonTokenType type) => type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a text",
            JsonTokenType.Number => "a number",
            _ => type.ToString(),
        };

        private InvalidDataException Fault(string message) => new($"{path}: {message}");
    }
}
