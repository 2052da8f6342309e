using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>What a weights file says about one tensor, before any of its data is read.</summary>
/// <param name="Name">The tensor's name in the file, such as h.0.attn.c_attn.weight.</param>
/// <param name="DataType">The element type as safetensors spells it: F32, BF16, I64, BOOL and so on.</param>
/// <param name="Type">The element type of the tensor that reading gives, or null where TorchSharp has no such type.</param>
/// <param name="Shape">The sizes of the dimensions, row major; empty for a single number.</param>
/// <param name="ByteCount">Bytes that the elements take in the file.</param>
public sealed record TensorInfo(string Name, string DataType, ScalarType? Type, IReadOnlyList<long> Shape, long ByteCount)
{
    /// <summary>The product of <see cref="Shape"/>; 1 for a single number.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>
    /// The memory that the tensor lies in, where several tensors of one file may share it (tied weights in torch.save files):
    /// tensors with an equal key share memory. Null where every tensor has its own.
    /// </summary>
    public string? StorageKey { get; init; }
}
