using System.Collections.ObjectModel;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>The files that an index names, as one.</summary>
internal sealed class ShardSet : ITensorSource
{
    private readonly Dictionary<string, ITensorSource> _fileOf;
    private readonly IReadOnlyCollection<ITensorSource> _files;

    private ShardSet(IReadOnlyCollection<ITensorSource> files)
    {
        _files = files;
        _fileOf = files.SelectMany(file => file.Tensors.Keys.Select(name => (name, file))).ToDictionary();
        var tensors = new OrderedDictionary<string, TensorInfo>(_fileOf.Count);
        foreach (var info in files.SelectMany(file => file.Tensors.Values))
            tensors.Add(info.Name, info);
        Tensors = new ReadOnlyDictionary<string, TensorInfo>(tensors);
    }

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public static ShardSet Open(string folderOrIndex, string indexName, Func<string, ITensorSource> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(folderOrIndex);
        var path = Directory.Exists(folderOrIndex) ? Path.Combine(folderOrIndex, indexName) : folderOrIndex;
        var index = ShardIndex.Read(path);
        var files = new List<ITensorSource>();
        try
        {
            foreach (var (file, tensors) in index.Shards)
            {
                files.Add(OpenShard(path, file, open));
                Compare(path, file, tensors, files[^1]);
            }
            return new ShardSet(files);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    public ITensorSource FileOf(string name) => _fileOf.GetValueOrDefault(name) ?? throw TensorCopy.Missing(this, name);

    public void CopyTo(string name, Tensor destination) => FileOf(name).CopyTo(name, destination);

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private static ITensorSource OpenShard(string index, string name, Func<string, ITensorSource> open)
    {
        var path = Path.Combine(Path.GetDirectoryName(index) ?? "", name);
        if (!File.Exists(path))
            throw new InvalidDataException($"{index} names the shard '{name}', which is not in the folder. Download or copy it.");
        return open(path);
    }

    private static void Compare(string index, string name, IReadOnlySet<string> expected, ITensorSource file)
    {
        if (expected.Except(file.Tensors.Keys).FirstOrDefault() is { } missing)
            throw new InvalidDataException($"'{missing}' should be in {name} according to {index}, but is not.");
        if (file.Tensors.Keys.Except(expected).FirstOrDefault() is { } extra)
            throw new InvalidDataException($"'{extra}' is in {name}, but {index} does not place it there.");
    }
}
