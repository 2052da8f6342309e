using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>A model in several safetensors files with an index, as Hugging Face splits large ones.</summary>
public sealed class ShardedSafetensors : ITensorSource
{
    private readonly ShardSet _shards;

    private ShardedSafetensors(ShardSet shards) => _shards = shards;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _shards.Tensors;

    /// <summary>Opens every shard that an index names and checks that index and shards hold the same tensors.</summary>
    /// <param name="folderOrIndex">The model's folder, or the path of its model.safetensors.index.json.</param>
    /// <exception cref="InvalidDataException">The index or a shard is damaged, or they do not belong together.</exception>
    /// <exception cref="IOException">The index or a shard is missing or cannot be read.</exception>
    public static ShardedSafetensors Open(string folderOrIndex) =>
        new(ShardSet.Open(folderOrIndex, ShardedLayout.IndexName, SafetensorsFile.Open));

    /// <summary>The file that holds a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public SafetensorsFile FileOf(string name) => (SafetensorsFile)_shards.FileOf(name);

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination) => _shards.CopyTo(name, destination);

    /// <summary>Closes every shard; tensors that were read stay.</summary>
    public void Dispose() => _shards.Dispose();
}
