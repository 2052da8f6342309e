using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Writes safetensors files. Equal tensors give equal bytes, in the order that the reference implementation writes.</summary>
public static class Safetensors
{
    /// <summary>Writes tensors to one file. The old file stays whole until the new one is on the disk.</summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="tensors">Names and tensors of any device; none may share memory with another.</param>
    /// <param name="metadata">Text to store under __metadata__, such as format = pt, which Hugging Face's readers want.</param>
    /// <param name="type">Element type for the floating-point tensors, which are converted one at a time; null keeps their own.</param>
    /// <exception cref="ArgumentException">A name stands twice, tensors share memory, or an element type is not in the format.</exception>
    /// <exception cref="IOException">The folder is missing or not writable, or the disk is full.</exception>
    public static void Save(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null, ScalarType? type = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var layout = new SafetensorsLayout(NamedTensors.Check(tensors, type), metadata);
        AtomicFile.Write(path, layout.Write);
    }

    /// <summary>
    /// Writes a folder as Hugging Face does: model.safetensors, or where that would grow beyond <paramref name="maxShardSize"/>,
    /// model-00001-of-0000N.safetensors with model.safetensors.index.json. Shards and index of an earlier save are replaced or removed.
    /// </summary>
    /// <param name="folder">The folder; it must exist.</param>
    /// <param name="tensors">Names and tensors, kept together in this order; none may share memory with another.</param>
    /// <param name="maxShardSize">Most bytes of data a file, except that a larger tensor gets a file of its own.</param>
    /// <param name="metadata">Text to store under __metadata__ of every file.</param>
    /// <param name="type">Element type for the floating-point tensors, which are converted one at a time; null keeps their own.</param>
    /// <exception cref="ArgumentException">A name stands twice, tensors share memory, or an element type is not in the format.</exception>
    /// <exception cref="IOException">The folder is missing or not writable, or the disk is full.</exception>
    public static void SaveSharded(
        string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, long maxShardSize,
        IReadOnlyDictionary<string, string>? metadata = null, ScalarType? type = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShardSize);
        new ShardedLayout(NamedTensors.Check(tensors, type), maxShardSize, metadata).Write(folder);
    }
}
