using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>
/// A file of torch.save, in the zip form or the older one, open for reading. Its pickle is read by a machine that can make plain
/// values, containers and tensors and nothing else: no code of the file ever runs. Tensors are read when asked for.
/// </summary>
/// <remarks>
/// The tree in <see cref="Root"/> has long (BigInteger beyond 64 bits), double, bool, string, byte[], null, List&lt;object?&gt;,
/// object?[] (tuples), OrderedDictionary&lt;object, object?&gt; and <see cref="TorchTensor"/>; types such as torch.float32 are texts.
/// A hostile file can make it hold itself or nest deeply: walk it with a limit.
/// </remarks>
public sealed class TorchFile : ITensorSource
{
    // Where training scripts keep the weights in a checkpoint: nanoGPT, then PyTorch Lightning, then PyTorch's own tutorial.
    private static readonly string[] UsualKeys = ["model", "state_dict", "model_state_dict"];
    private readonly RandomAccessFile _file;
    private readonly TorchDictionary _weights;

    private TorchFile(RandomAccessFile file, object? root)
    {
        _file = file;
        Root = root;
        _weights = new TorchDictionary(FindWeights(root));
    }

    /// <summary>What was saved.</summary>
    public object? Root { get; }

    /// <summary>
    /// The tensors of the weights' dictionary: what lies under model, state_dict or model_state_dict in <see cref="Root"/>, or else
    /// <see cref="Root"/> itself. <see cref="At"/> gives those of any other dictionary.
    /// </summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _weights.Tensors;

    /// <summary>Opens a file and reads its pickle.</summary>
    /// <exception cref="InvalidDataException">
    /// It is not a file of torch.save, is damaged, or its pickle wants something that weights do not need; the message names the opcode
    /// and the global.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static TorchFile Open(string path)
    {
        var file = new RandomAccessFile(path);
        try
        {
            return new TorchFile(file, TorchContainer.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The tensors of a dictionary deeper in the tree, such as At("optimizer", "state", 0); valid until this is closed.</summary>
    /// <param name="keys">Keys of dictionaries (texts or integers) and indexes of lists and tuples, from the root down.</param>
    /// <exception cref="KeyNotFoundException">There is no dictionary at that place.</exception>
    public ITensorSource At(params ReadOnlySpan<object> keys)
    {
        var node = Root;
        foreach (var key in keys)
        {
            var wanted = key is int number ? (long)number : key;
            node = (node, wanted) switch
            {
                (OrderedDictionary<object, object?> dictionary, _) when dictionary.TryGetValue(wanted, out var value) => value,
                (IReadOnlyList<object?> list, long index) when index >= 0 && index < list.Count => list[(int)index],
                _ => throw new KeyNotFoundException($"{_file.Path}: {TorchObjects.Describe(node)} has nothing at '{key}'."),
            };
        }
        return node is OrderedDictionary<object, object?> found
            ? new TorchDictionary(found)
            : throw new KeyNotFoundException($"{_file.Path}: {TorchObjects.Describe(node)} is there instead of a dictionary of tensors.");
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination) => _weights.CopyTo(name, destination);

    /// <summary>Closes the file; tensors that were read stay.</summary>
    public void Dispose() => _file.Dispose();

    private static OrderedDictionary<object, object?> FindWeights(object? root)
    {
        if (root is not OrderedDictionary<object, object?> dictionary)
            return [];
        // The root comes last: nanoGPT keeps its best loss there, as a tensor beside the model.
        return UsualKeys.Select(key => dictionary.GetValueOrDefault(key)).Append(dictionary)
            .OfType<OrderedDictionary<object, object?>>().FirstOrDefault(found => found.Values.Any(value => value is TorchTensor)) ?? [];
    }
}
