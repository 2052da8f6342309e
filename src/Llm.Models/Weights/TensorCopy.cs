using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Brings bytes of a file into a tensor.</summary>
internal static class TensorCopy
{
    private const long PieceBytes = 8 << 20;
    private const int MostDimensions = 64; // what libtorch's own iterators can walk

    /// <summary>Fills <paramref name="destination"/> from row-major bytes at <paramref name="offset"/>.</summary>
    public static void Copy(RandomAccessFile file, long offset, TensorInfo info, Tensor destination)
    {
        var type = Check(file.Path, info, destination);
        if (info.ElementCount == 0)
            return;

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (!destination.is_contiguous())
        {
            var whole = empty([.. info.Shape], type);
            Fill(file, offset, whole, info.ByteCount);
            destination.copy_(whole);
        }
        else if (destination.dtype == type && destination.device_type == DeviceType.CPU)
        {
            Fill(file, offset, destination, info.ByteCount);
        }
        else
        {
            CopyInPieces(file, offset, info, type, destination.detach().view(-1));
        }
    }

    /// <summary>Fills <paramref name="destination"/> from elements that lie apart by the given strides.</summary>
    public static void CopyStrided(RandomAccessFile file, long offset, TensorInfo info, long[] strides, Tensor destination)
    {
        var type = Check(file.Path, info, destination);
        if (info.ElementCount == 0)
            return;

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var span = 1 + info.Shape.Zip(strides, (size, stride) => (size - 1) * stride).Sum();
        var elements = empty(span, type);
        Fill(file, offset, elements, span * (info.ByteCount / info.ElementCount));
        destination.copy_(elements.as_strided([.. info.Shape], strides));
    }

    /// <summary>A new tensor that <paramref name="copy"/> fills.</summary>
    public static Tensor Read(TensorInfo info, Action<Tensor> copy, ScalarType? type, Device? device)
    {
        var tensor = empty([.. info.Shape], type ?? TypeOf(info), device ?? CPU);
        try
        {
            copy(tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    public static void CheckRange(TensorInfo info, long start, int count)
    {
        if (start < 0 || start > info.ByteCount - count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), start, $"'{info.Name}' has {info.ByteCount} bytes; {count} bytes from {start} do not lie inside them.");
        }
    }

    public static KeyNotFoundException Missing(ITensorSource source, string name)
    {
        var names = source.Tensors.Count > 5 ? source.Tensors.Keys.Take(5).Append("…") : source.Tensors.Keys;
        return new($"There is no tensor '{name}' among the {source.Tensors.Count} that the file holds: {string.Join(", ", names)}");
    }

    public static ScalarType TypeOf(TensorInfo info) => info.Type ?? throw new NotSupportedException(
        $"'{info.Name}' has the element type {info.DataType}, which TorchSharp cannot hold in a tensor. Read its bytes instead.");

    public static string Text(IEnumerable<long> shape) => $"({string.Join(", ", shape)})";

    /// <summary>Checks everything that native code would only find out by broadcasting, truncating or aborting.</summary>
    public static ScalarType Check(string file, TensorInfo info, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (info.Shape.Count > MostDimensions)
            throw new NotSupportedException($"{file}: '{info.Name}' has {info.Shape.Count} dimensions; {MostDimensions} are allowed.");
        if (!info.Shape.SequenceEqual(destination.shape))
        {
            throw new ArgumentException(
                $"{file}: '{info.Name}' has the shape {Text(info.Shape)}, but the destination has {Text(destination.shape)}.",
                nameof(destination));
        }
        var type = TypeOf(info);
        if (Kind(type) > Kind(destination.dtype))
        {
            throw new ArgumentException(
                $"{file}: '{info.Name}' holds {info.DataType}, which {destination.dtype} would cut down. Give a tensor of {type}.",
                nameof(destination));
        }
        if (destination.device_type == DeviceType.META)
            throw new ArgumentException($"{file}: '{info.Name}' is wanted on the meta device, which holds no data.", nameof(destination));
        return type;
    }

    // Casting upwards in this order keeps what a number means; it is NumPy's same-kind rule.
    private static int Kind(ScalarType type) => type switch
    {
        ScalarType.Bool => 0,
        ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64 => 3,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64 => 2,
        _ => 1,
    };

    private static void CopyInPieces(RandomAccessFile file, long offset, TensorInfo info, ScalarType type, Tensor flat)
    {
        var elementSize = info.ByteCount / info.ElementCount;
        var longest = Math.Min(info.ElementCount, PieceBytes / elementSize);
        var buffer = empty(longest, type);
        for (long start = 0; start < info.ElementCount; start += longest)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(longest, info.ElementCount - start);
            Fill(file, offset + start * elementSize, buffer, count * elementSize);
            flat.narrow(0, start, count).copy_(buffer.narrow(0, 0, count));
        }
    }

    private static void Fill(RandomAccessFile file, long offset, Tensor tensor, long byteCount)
    {
        for (long start = 0; start < byteCount; start += int.MaxValue)
        {
            var bytes = TensorMemory.Bytes(tensor, start, (int)Math.Min(int.MaxValue, byteCount - start));
            file.Read(offset + start, bytes);
            if (tensor.dtype == ScalarType.Bool)
                ClampToBool(bytes);
        }
        GC.KeepAlive(tensor);
    }

    // Any byte but 0 means true; a bool in memory that is neither 0 nor 1 is undefined behaviour in native code.
    private static void ClampToBool(Span<byte> bytes)
    {
        foreach (ref var value in bytes)
            value = value == 0 ? (byte)0 : (byte)1;
    }
}
