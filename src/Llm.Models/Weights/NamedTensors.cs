using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>A tensor on its way into a file, where it shall have the given type.</summary>
internal sealed record NamedTensor(string Name, byte[] Utf8Name, Tensor Tensor, TensorType Type)
{
    public long ByteCount { get; } = Tensor.NumberOfElements * Type.Bits / 8;
}

/// <summary>Checks that tensors can be written, so that the error comes before the first byte.</summary>
internal static class NamedTensors
{
    /// <summary>Throws an <see cref="ArgumentException"/> on half a surrogate pair.</summary>
    public static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyList<NamedTensor> Check(IEnumerable<KeyValuePair<string, Tensor>> tensors, ScalarType? type)
    {
        if (type is { } wanted && !is_floating_point(wanted))
            throw new ArgumentException($"Weights can be converted to a floating-point type, not to {wanted}.", nameof(type));
        var names = new HashSet<string>();
        var found = new List<NamedTensor>();
        foreach (var (name, tensor) in tensors)
        {
            if (!names.Add(name))
                throw new ArgumentException($"The name '{name}' stands for two tensors.", nameof(tensors));
            found.Add(Check(name, tensor, type));
        }
        CheckSharing(found);
        return found;
    }

    private static NamedTensor Check(string name, Tensor tensor, ScalarType? wanted)
    {
        if (name == SafetensorsHeader.MetadataKey)
            throw new ArgumentException($"A tensor cannot be named {name}: the format keeps that name for the metadata.", nameof(name));
        if (tensor is null || tensor.IsInvalid)
            throw new ArgumentException($"'{name}' is not a tensor any more: it is null or was disposed.", nameof(tensor));
        if (TensorType.Find(wanted is not null && tensor.is_floating_point() ? wanted.Value : tensor.dtype) is not { } type)
        {
            throw new ArgumentException(
                $"'{name}' holds {tensor.dtype}, which safetensors has no type for. Known: {TensorType.Names}.", nameof(tensor));
        }
        if (tensor.device_type == DeviceType.META)
            throw new ArgumentException($"'{name}' lies on the meta device and holds no data.", nameof(tensor));
        if (tensor.is_sparse)
            throw new ArgumentException($"'{name}' is sparse. Save its to_dense().", nameof(tensor));
        try
        {
            return new NamedTensor(name, StrictUtf8.GetBytes(name), tensor, type);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException($"The name '{name}' holds half a surrogate pair and cannot be written as UTF-8.", nameof(name));
        }
    }

    // Shared memory would be written twice and come back as two tensors that no longer follow each other.
    private static void CheckSharing(List<NamedTensor> tensors)
    {
        var ranges = tensors.Where(tensor => tensor.ByteCount > 0)
            .Select(tensor => (
                tensor.Name, Device: (tensor.Tensor.device_type, tensor.Tensor.device_index), Start: TensorMemory.Address(tensor.Tensor),
                End: TensorMemory.Address(tensor.Tensor) + (nint)TensorMemory.Extent(tensor.Tensor)))
            .OrderBy(range => range.Device).ThenBy(range => range.Start).ToArray();

        var last = 0;
        for (var i = 1; i < ranges.Length; i++)
        {
            if (ranges[i].Device == ranges[last].Device && ranges[i].Start < ranges[last].End)
            {
                throw new ArgumentException(
                    $"'{ranges[last].Name}' and '{ranges[i].Name}' share memory. "
                    + "Save one of them and tie them again after loading, or save a clone.",
                    nameof(tensors));
            }
            if (ranges[i].Device != ranges[last].Device || ranges[i].End > ranges[last].End)
                last = i;
        }
    }
}
