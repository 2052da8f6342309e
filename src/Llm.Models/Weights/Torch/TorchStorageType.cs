using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>An element type as torch names it, with safetensors' name for the same.</summary>
/// <param name="Torch">The name in the module torch, such as float32.</param>
/// <param name="Storage">The storage class, such as FloatStorage; null for types that came after such classes.</param>
/// <param name="Name">Safetensors' spelling, or one like it for a type that safetensors lacks.</param>
/// <param name="Bytes">Bytes per element.</param>
/// <param name="Scalar">TorchSharp's type, or null.</param>
internal sealed record TorchStorageType(string Torch, string? Storage, string Name, int Bytes, ScalarType? Scalar)
{
    /// <summary>Bytes without a type; the tensor says what they are.</summary>
    public static readonly TorchStorageType Untyped = new("uint8", "UntypedStorage", "U8", 1, ScalarType.Byte);

    private static readonly TorchStorageType[] All =
    [
        new("float32", "FloatStorage", "F32", 4, ScalarType.Float32),
        new("float64", "DoubleStorage", "F64", 8, ScalarType.Float64),
        new("float16", "HalfStorage", "F16", 2, ScalarType.Float16),
        new("bfloat16", "BFloat16Storage", "BF16", 2, ScalarType.BFloat16),
        new("int64", "LongStorage", "I64", 8, ScalarType.Int64),
        new("int32", "IntStorage", "I32", 4, ScalarType.Int32),
        new("int16", "ShortStorage", "I16", 2, ScalarType.Int16),
        new("int8", "CharStorage", "I8", 1, ScalarType.Int8),
        new("uint8", "ByteStorage", "U8", 1, ScalarType.Byte),
        new("bool", "BoolStorage", "BOOL", 1, ScalarType.Bool),
        new("complex64", "ComplexFloatStorage", "C64", 8, ScalarType.ComplexFloat32),
        new("complex128", "ComplexDoubleStorage", "C128", 16, ScalarType.ComplexFloat64),
        new("uint16", null, "U16", 2, null),
        new("uint32", null, "U32", 4, null),
        new("uint64", null, "U64", 8, null),
        new("float8_e4m3fn", null, "F8_E4M3", 1, null),
        new("float8_e5m2", null, "F8_E5M2", 1, null),
        new("float8_e8m0fnu", null, "F8_E8M0", 1, null),
        new("float8_e4m3fnuz", null, "F8_E4M3FNUZ", 1, null),
        new("float8_e5m2fnuz", null, "F8_E5M2FNUZ", 1, null),
    ];

    /// <summary>How a dtype stands in the tree: torch.float32.</summary>
    public string FullName => $"torch.{Torch}";

    public static TorchStorageType? OfType(string name) => Array.Find(All, type => type.Torch == name);

    public static TorchStorageType? OfStorage(string module, string name) => (module, name) switch
    {
        ("torch.storage", "UntypedStorage" or "_UntypedStorage") or ("torch", "UntypedStorage") => Untyped,
        ("torch", _) => Array.Find(All, type => type.Storage == name),
        _ => null,
    };
}
