using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>A tensor in the tree of a <see cref="TorchFile"/>: a view of a storage in the file, read when asked for.</summary>
public sealed class TorchTensor
{
    private readonly RandomAccessFile _file;
    private readonly TorchStorage _storage;
    private readonly long[] _strides;
    private readonly long _start; // in elements
    private readonly int _elementSize;

    internal TorchTensor(RandomAccessFile file, TorchStorage storage, TorchStorageType type, long start, long[] shape, long[] strides)
    {
        (_file, _storage, _start, _strides, _elementSize) = (file, storage, start, strides, type.Bytes);
        var count = shape.Contains(0) ? 0 : shape.Aggregate(1L, (product, size) => product * size);
        Info = new TensorInfo($"storage {storage.Key}", type.Name, type.Scalar, shape, count * type.Bytes) { StorageKey = storage.Key };
    }

    /// <summary>Type and shape. Tensors of one file whose <see cref="TensorInfo.StorageKey"/> is equal share memory.</summary>
    public TensorInfo Info { get; }

    /// <summary>Whether both are the same elements of the same storage, as tied weights are.</summary>
    public bool IsSameAs(TorchTensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return _storage == other._storage && _start == other._start && _strides.SequenceEqual(other._strides)
            && Info.DataType == other.Info.DataType && Info.Shape.SequenceEqual(other.Info.Shape);
    }

    /// <summary>Reads it into memory of its own.</summary>
    /// <param name="type">The element type wanted; the default is the file's.</param>
    /// <param name="device">Where the tensor shall lie; the default is the CPU.</param>
    /// <exception cref="ArgumentException">The conversion would drop fractions or imaginary parts.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no such element type.</exception>
    public Tensor Read(ScalarType? type = null, Device? device = null) =>
        TensorCopy.Read(Info, destination => CopyTo(Info, destination), type, device);

    /// <summary>Reads its bytes: row major, little endian, of any element type.</summary>
    /// <param name="start">The first byte wanted.</param>
    /// <param name="destination">Filled to its end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer bytes.</exception>
    /// <exception cref="NotSupportedException">Its elements do not lie in row-major order in the file; <see cref="Read"/> it.</exception>
    public void ReadBytes(long start, Span<byte> destination)
    {
        if (!IsContiguous)
            throw new NotSupportedException($"'{Info.Name}' is a view whose elements lie apart in the file. Read it as a tensor.");
        TensorCopy.CheckRange(Info, start, destination.Length);
        _file.Read(Offset + start, destination);
    }

    internal void CopyTo(TensorInfo info, Tensor destination)
    {
        if (IsContiguous)
            TensorCopy.Copy(_file, Offset, info, destination);
        else
            TensorCopy.CopyStrided(_file, Offset, info, _strides, destination);
    }

    private long Offset => _storage.Offset + _start * _elementSize;

    // Strides of dimensions with one element say nothing.
    private bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (var i = _strides.Length - 1; i >= 0; i--)
            {
                if (Info.Shape[i] != 1 && _strides[i] != expected)
                    return Info.ByteCount == 0;
                expected *= Info.Shape[i];
            }
            return true;
        }
    }
}
