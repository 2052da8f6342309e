using System.Text.Json;

namespace Llm.Models;

/// <summary>An index file: which tensor is in which shard.</summary>
/// <param name="Shards">The shards in the order of their names, each with the tensors that it must hold.</param>
internal sealed record ShardIndex(IReadOnlyList<(string File, IReadOnlySet<string> Tensors)> Shards)
{
    private const long LargestIndex = 100_000_000;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static ShardIndex Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > LargestIndex and var length })
            throw new InvalidDataException($"{path} has {length} bytes; an index may have {LargestIndex}.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Strict);
            return new ShardIndex([.. Parse(path, document.RootElement)]);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} is not a valid index: {exception.Message}", exception);
        }
    }

    private static IEnumerable<(string File, IReadOnlySet<string> Tensors)> Parse(string path, JsonElement root)
    {
        CheckTotalSize(path, root);
        if (ObjectIn(root, "weight_map") is not { } map)
            throw new InvalidDataException($"{path} has no weight_map that tells the file of every tensor.");

        var shards = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject())
        {
            var file = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() ?? "" : "";
            if (!IsPlainFileName(file))
            {
                throw new InvalidDataException(
                    $"{path} places '{entry.Name}' in {entry.Value.GetRawText()}; the plain name of a file in the same folder is allowed.");
            }
            if (!shards.TryGetValue(file, out var tensors))
                shards.Add(file, tensors = []);
            tensors.Add(entry.Name);
        }
        return shards.Select(shard => (shard.Key, (IReadOnlySet<string>)shard.Value));
    }

    // Writers disagree about tied tensors and types, so the number itself is no evidence; that it is one, is.
    private static void CheckTotalSize(string path, JsonElement root)
    {
        if (ObjectIn(root, "metadata") is { } metadata && metadata.TryGetProperty("total_size", out var size)
            && !(size.ValueKind == JsonValueKind.Number && size.GetDouble() >= 0))
        {
            throw new InvalidDataException($"{path} says that the tensors take {size.GetRawText()} bytes.");
        }
    }

    private static JsonElement? ObjectIn(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Object
            ? found
            : null;

    // Separators of every system are refused everywhere, drive letters and streams of Windows included.
    private static bool IsPlainFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.IndexOfAny(['/', '\\', ':', '\0']) < 0;
}
