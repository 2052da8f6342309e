using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Llm.Models;

/// <summary>Tensors spread over several files and the index that tells which is where.</summary>
internal sealed partial class ShardedLayout
{
    public const string SingleName = "model.safetensors";
    public const string IndexName = "model.safetensors.index.json";
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly IReadOnlyDictionary<string, string>? _metadata;
    private readonly List<(string File, List<NamedTensor> Tensors)> _shards;

    public ShardedLayout(IReadOnlyList<NamedTensor> tensors, long maxShardSize, IReadOnlyDictionary<string, string>? metadata)
    {
        _metadata = metadata;
        var shards = Split(tensors, maxShardSize);
        _shards = shards is [var only]
            ? [(SingleName, only)]
            : [.. shards.Select((shard, i) => ($"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors", shard))];
    }

    /// <summary>Every file is on the disk before the first takes its place, so that a full disk leaves the old model whole.</summary>
    public void Write(string folder)
    {
        var staged = new List<AtomicFile.StagedFile>();
        try
        {
            foreach (var (file, tensors) in _shards)
                staged.Add(AtomicFile.Stage(Path.Combine(folder, file), new SafetensorsLayout(tensors, _metadata).Write));
            if (_shards.Count > 1)
                staged.Add(AtomicFile.Stage(Path.Combine(folder, IndexName), WriteIndex));
            foreach (var file in staged)
                file.Commit();
        }
        finally
        {
            foreach (var file in staged)
                file.Dispose();
        }
        RemoveOthers(folder);
    }

    private static List<List<NamedTensor>> Split(IReadOnlyList<NamedTensor> tensors, long maxShardSize)
    {
        List<List<NamedTensor>> shards = [[]];
        long size = 0;
        foreach (var tensor in tensors)
        {
            if (shards[^1].Count > 0 && size + tensor.ByteCount > maxShardSize)
            {
                shards.Add([]);
                size = 0;
            }
            shards[^1].Add(tensor);
            size += tensor.ByteCount;
        }
        return shards;
    }

    private void WriteIndex(Stream stream) => JsonSerializer.Serialize(
        stream,
        new
        {
            metadata = new { total_size = _shards.Sum(shard => shard.Tensors.Sum(tensor => tensor.ByteCount)) },
            weight_map = _shards.SelectMany(shard => shard.Tensors.Select(tensor => (tensor.Name, shard.File)))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal).ToDictionary(pair => pair.Name, pair => pair.File),
        },
        Indented);

    // What an earlier save with another number of shards left behind would confuse every reader.
    private void RemoveOthers(string folder)
    {
        var ours = _shards.Select(shard => shard.File).Append(_shards.Count > 1 ? IndexName : SingleName).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(folder, "model*"))
        {
            var name = Path.GetFileName(path);
            if (!ours.Contains(name) && (name is SingleName or IndexName || ShardName().IsMatch(name)))
                File.Delete(path);
        }
    }

    [GeneratedRegex(@"^model-\d{5}-of-\d{5}\.safetensors$")]
    private static partial Regex ShardName();
}
