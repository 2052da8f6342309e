using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>One element type of the safetensors format.</summary>
/// <param name="Name">Its spelling in the header.</param>
/// <param name="Bits">Bits per element.</param>
/// <param name="Scalar">TorchSharp's type for it, or null.</param>
internal sealed record TensorType(string Name, int Bits, ScalarType? Scalar)
{
    // In the format's own order: the writer sorts by it, so that alignment falls from tensor to tensor.
    private static readonly TensorType[] All =
    [
        new("BOOL", 8, ScalarType.Bool),
        new("F4", 4, null),
        new("F6_E2M3", 6, null),
        new("F6_E3M2", 6, null),
        new("U8", 8, ScalarType.Byte),
        new("I8", 8, ScalarType.Int8),
        new("F8_E5M2", 8, null),
        new("F8_E4M3", 8, null),
        new("F8_E8M0", 8, null),
        new("F8_E4M3FNUZ", 8, null),
        new("F8_E5M2FNUZ", 8, null),
        new("I16", 16, ScalarType.Int16),
        new("U16", 16, null),
        new("F16", 16, ScalarType.Float16),
        new("BF16", 16, ScalarType.BFloat16),
        new("I32", 32, ScalarType.Int32),
        new("U32", 32, null),
        new("F32", 32, ScalarType.Float32),
        new("C64", 64, ScalarType.ComplexFloat32),
        new("F64", 64, ScalarType.Float64),
        new("I64", 64, ScalarType.Int64),
        new("U64", 64, null),
    ];

    private static readonly Dictionary<string, TensorType> ByName = All.ToDictionary(type => type.Name);

    /// <summary>The names, for error messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(type => type.Name));

    /// <summary>Place in the format's order; larger comes first in a file.</summary>
    public int Rank => Array.IndexOf(All, this);

    public static TensorType? Find(string name) => ByName.GetValueOrDefault(name);

    public static TensorType? Find(ScalarType scalar) => Array.Find(All, type => type.Scalar == scalar);

    /// <summary>Bytes of a tensor, or null where the count overflows or does not end at a whole byte.</summary>
    public long? ByteCount(IReadOnlyList<long> shape)
    {
        UInt128 bits = (uint)Bits;
        foreach (var size in shape)
        {
            bits *= (ulong)size;
            if (bits > ulong.MaxValue)
                return null;
        }
        return bits % 8 == 0 ? (long)(bits / 8) : null;
    }
}
