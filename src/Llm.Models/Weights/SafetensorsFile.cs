using System.Buffers.Binary;
using System.Collections.ObjectModel;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>
/// One safetensors file, open for reading: https://github.com/huggingface/safetensors. Opening checks the whole header; the data
/// is read when a tensor is asked for, whatever the file's size.
/// </summary>
public sealed class SafetensorsFile : ITensorSource
{
    private const long LongestHeader = 100_000_000;
    private readonly RandomAccessFile _file;
    private readonly Dictionary<string, long> _offsets;

    private SafetensorsFile(RandomAccessFile file, SafetensorsHeader header, long dataStart)
    {
        _file = file;
        _offsets = header.Tensors.ToDictionary(tensor => tensor.Info.Name, tensor => dataStart + tensor.Begin);
        var tensors = new OrderedDictionary<string, TensorInfo>(header.Tensors.Count);
        foreach (var (info, _) in header.Tensors)
            tensors.Add(info.Name, info);
        Tensors = new ReadOnlyDictionary<string, TensorInfo>(tensors);
        Metadata = header.Metadata;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The header's __metadata__; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The path that was opened.</summary>
    public string Path => _file.Path;

    /// <summary>Opens a file and checks its header strictly: every byte of the file must belong to exactly one tensor.</summary>
    /// <exception cref="InvalidDataException">It is not a safetensors file, or a damaged one; the message says where.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = new RandomAccessFile(path);
        try
        {
            var json = ReadHeader(file);
            var dataStart = sizeof(long) + json.Length;
            return new SafetensorsFile(file, SafetensorsHeader.Parse(path, json, file.Length - dataStart), dataStart);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination)
    {
        var info = Tensors.GetValueOrDefault(name) ?? throw TensorCopy.Missing(this, name);
        TensorCopy.Copy(_file, _offsets[name], info, destination);
    }

    /// <summary>
    /// A tensor that lies in the mapped file, without a copy: opening a large model takes no time and no memory of its own. It may
    /// outlive this object; writing to it changes this process's memory only. (Bools, and tensors that an odd writer did not align,
    /// are copied.)
    /// </summary>
    /// <param name="name">A key of <see cref="Tensors"/>.</param>
    /// <remarks>
    /// The file must not be cut short while such tensors live: replace it, as <see cref="AtomicFile"/> does, instead of rewriting it.
    /// </remarks>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no such element type.</exception>
    /// <exception cref="IOException">The file cannot be mapped.</exception>
    public Tensor View(string name)
    {
        var info = Tensors.GetValueOrDefault(name) ?? throw TensorCopy.Missing(this, name);
        var count = info.ElementCount;
        var mayCopy = count == 0 || info.Type is null or ScalarType.Bool || _offsets[name] % (info.ByteCount / count) != 0;
        return mayCopy || info.Type is not { } type ? this.Read(name) : _file.Mapping.View(_offsets[name], type, info.Shape, count);
    }

    /// <summary>Reads the bytes of a tensor as they lie in the file: row major, little endian, of any element type.</summary>
    /// <param name="name">A key of <see cref="Tensors"/>.</param>
    /// <param name="start">The first byte wanted, counted from the tensor's own start.</param>
    /// <param name="destination">Filled to its end.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer bytes.</exception>
    public void ReadBytes(string name, long start, Span<byte> destination)
    {
        var info = Tensors.GetValueOrDefault(name) ?? throw TensorCopy.Missing(this, name);
        TensorCopy.CheckRange(info, start, destination.Length);
        _file.Read(_offsets[name] + start, destination);
    }

    /// <summary>Closes the file; tensors that were read stay.</summary>
    public void Dispose() => _file.Dispose();

    private static byte[] ReadHeader(RandomAccessFile file)
    {
        if (file.Length < sizeof(long))
            throw new InvalidDataException($"{file.Path} is not a safetensors file: it has {file.Length} bytes, and 8 are the least.");

        Span<byte> prefix = stackalloc byte[sizeof(long)];
        file.Read(0, prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader)
        {
            throw new InvalidDataException(
                $"{file.Path} is not a safetensors file: it asks for a header of {length} bytes; {LongestHeader} are allowed.");
        }
        if ((long)length > file.Length - sizeof(long))
        {
            throw new InvalidDataException(
                $"{file.Path}: the header should have {length} bytes, but {file.Length - sizeof(long)} follow. "
                + "The file is not safetensors, or is cut short.");
        }
        var json = new byte[length];
        file.Read(sizeof(long), json);
        return json;
    }
}
