using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>A model in several files of torch.save with an index, as Hugging Face split large ones before safetensors.</summary>
public sealed class ShardedTorchFile : ITensorSource
{
    /// <summary>Name of the index in a model folder.</summary>
    public const string IndexName = "pytorch_model.bin.index.json";

    private readonly ShardSet _shards;

    private ShardedTorchFile(ShardSet shards) => _shards = shards;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _shards.Tensors;

    /// <summary>Opens every shard that an index names and checks that index and shards hold the same tensors.</summary>
    /// <param name="folderOrIndex">The model's folder, or the path of its pytorch_model.bin.index.json.</param>
    /// <exception cref="InvalidDataException">The index or a shard is damaged or refused, or they do not belong together.</exception>
    /// <exception cref="IOException">The index or a shard is missing or cannot be read.</exception>
    public static ShardedTorchFile Open(string folderOrIndex) => new(ShardSet.Open(folderOrIndex, IndexName, TorchFile.Open));

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination) => _shards.CopyTo(name, destination);

    /// <summary>Closes every shard; tensors that were read stay.</summary>
    public void Dispose() => _shards.Dispose();
}
