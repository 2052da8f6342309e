using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>The memory behind a tensor. <see cref="Tensor.bytes"/> ends at 2 GB; this does not.</summary>
internal static class TensorMemory
{
    /// <summary>Address of the first element, on whatever device it lies.</summary>
    public static nint Address(Tensor tensor) => THSTensor_data(tensor.Handle);

    /// <summary>Bytes from the first element to the end of the last one, gaps between strided elements included.</summary>
    public static long Extent(Tensor tensor)
    {
        if (tensor.NumberOfElements == 0)
            return 0;
        var last = tensor.shape.Zip(tensor.stride(), (size, stride) => (size - 1) * stride).Sum();
        return (last + 1) * tensor.ElementSize;
    }

    /// <summary>A piece of a contiguous CPU tensor; the caller keeps the tensor alive.</summary>
    public static Span<byte> Bytes(Tensor tensor, long start, int count) =>
        MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), Address(tensor) + (nint)start), count);

    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_data(nint tensor);
}
