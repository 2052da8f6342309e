using System.Collections.ObjectModel;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>A model in several safetensors files with an index, as Hugging Face splits large ones.</summary>
public sealed class ShardedSafetensors : ITensorSource
{
    private readonly Dictionary<string, SafetensorsFile> _fileOf;
    private readonly IReadOnlyCollection<SafetensorsFile> _files;

    private ShardedSafetensors(IReadOnlyCollection<SafetensorsFile> files)
    {
        _files = files;
        _fileOf = files.SelectMany(file => file.Tensors.Keys.Select(name => (name, file))).ToDictionary();
        var tensors = new OrderedDictionary<string, TensorInfo>(_fileOf.Count);
        foreach (var info in files.SelectMany(file => file.Tensors.Values))
            tensors.Add(info.Name, info);
        Tensors = new ReadOnlyDictionary<string, TensorInfo>(tensors);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Opens every shard that an index names and checks that index and shards hold the same tensors.</summary>
    /// <param name="folderOrIndex">The model's folder, or the path of its model.safetensors.index.json.</param>
    /// <exception cref="InvalidDataException">The index or a shard is damaged, or they do not belong together.</exception>
    /// <exception cref="IOException">The index or a shard is missing or cannot be read.</exception>
    public static ShardedSafetensors Open(string folderOrIndex)
    {
        ArgumentException.ThrowIfNullOrEmpty(folderOrIndex);
        var path = Directory.Exists(folderOrIndex) ? Path.Combine(folderOrIndex, ShardedLayout.IndexName) : folderOrIndex;
        var index = ShardIndex.Read(path);
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var shard in index.Shards)
                files.Add(OpenShard(path, shard.File, shard.Tensors));
            return new ShardedSafetensors(files);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>The file that holds a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public SafetensorsFile FileOf(string name) => _fileOf.GetValueOrDefault(name) ?? throw TensorCopy.Missing(this, name);

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination) => FileOf(name).CopyTo(name, destination);

    /// <summary>Closes every shard; tensors that were read stay.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private static SafetensorsFile OpenShard(string index, string name, IReadOnlySet<string> expected)
    {
        var path = Path.Combine(Path.GetDirectoryName(index) ?? "", name);
        if (!File.Exists(path))
            throw new InvalidDataException($"{index} names the shard '{name}', which is not in the folder. Download or copy it.");

        var file = SafetensorsFile.Open(path);
        var fault = expected.Except(file.Tensors.Keys).FirstOrDefault() is { } missing
            ? $"'{missing}' should be in {name} according to {index}, but is not."
            : file.Tensors.Keys.Except(expected).FirstOrDefault() is { } extra
                ? $"'{extra}' is in {name}, but {index} does not place it there."
                : null;
        if (fault is null)
            return file;
        file.Dispose();
        throw new InvalidDataException($"{fault} The index belongs to other files.");
    }
}
