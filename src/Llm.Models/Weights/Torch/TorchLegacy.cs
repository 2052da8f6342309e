using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Llm.Models;

/// <summary>
/// The form before PyTorch 1.6: five pickles (magic number, protocol, system, object, keys of the storages), then for each key
/// in that order its element count and its bytes.
/// </summary>
internal static class TorchLegacy
{
    private const long Protocol = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse(
        "1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static object? Read(RandomAccessFile file)
    {
        var input = new PickleInput(file, 0, file.Length);
        var objects = new TorchObjects(file);
        if (Next() is not BigInteger magic || magic != Magic)
            throw objects.Fault("this is a pickle, but not one that torch.save wrote: the magic number is missing.");
        if (Next() is not Protocol)
            throw objects.Fault($"the protocol of the file is not {Protocol}.");
        if (Next() is not OrderedDictionary<object, object?> system || system.GetValueOrDefault("little_endian") is not true)
            throw objects.Fault("the file was written on a big-endian machine. Save it again on a little-endian one.");
        var root = Next();
        if (Next() is not List<object?> keys)
            throw objects.Fault("the list of storages is missing.");
        PlaceStorages(file, objects, keys, input.Position);
        return root;

        object? Next() => new PickleReader(input, objects).Read();
    }

    private static void PlaceStorages(RandomAccessFile file, TorchObjects objects, List<object?> keys, long position)
    {
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        foreach (var key in keys)
        {
            if (key is not string name || !objects.Storages.TryGetValue(name, out var storage) || storage.Offset >= 0)
                throw objects.Fault($"the list of storages names '{key}', which no tensor uses, or names it twice.");
            if (file.Length - position < prefix.Length)
                throw objects.Fault($"the file ends before the storage '{name}'. It is cut short.");
            file.Read(position, prefix);
            position += prefix.Length;

            var count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (count != storage.ElementCount)
                throw objects.Fault($"the storage '{name}' has {count} elements, but its tensors expect {storage.ElementCount}.");
            if (storage.ByteCount > file.Length - position)
                throw objects.Fault($"the storage '{name}' takes {storage.ByteCount} bytes, but {file.Length - position} are left.");
            storage.Offset = position;
            position += (long)storage.ByteCount;
        }
        if (objects.Storages.Values.FirstOrDefault(storage => storage.Offset < 0) is { } missing)
            throw objects.Fault($"the list of storages does not name '{missing.Key}', which a tensor uses.");
    }
}
