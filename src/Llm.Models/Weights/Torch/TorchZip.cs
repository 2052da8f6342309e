namespace Llm.Models;

/// <summary>The form since PyTorch 1.6: a zip file that is not compressed, with NAME/data.pkl and the storages as NAME/data/KEY.</summary>
internal static class TorchZip
{
    private const long LongestPickle = 256 << 20;

    public static object? Read(RandomAccessFile file)
    {
        var entries = ZipDirectory.Read(file);
        var objects = new TorchObjects(file);
        var root = Root(objects, entries);
        CheckByteOrder(file, objects, entries, root);

        var (start, length) = entries[$"{root}data.pkl"].Locate(file);
        if (length > LongestPickle)
            throw objects.Fault($"its pickle has {length} bytes; {LongestPickle} are allowed.");
        var tree = new PickleReader(new PickleInput(file, start, length), objects).Read();

        foreach (var storage in objects.Storages.Values)
        {
            // Keys are looked up among the entries and nowhere else, so a key with a path in it finds nothing.
            if (!entries.TryGetValue($"{root}data/{storage.Key}", out var entry))
                throw objects.Fault($"the storage '{storage.Key}' is missing.");
            (storage.Offset, length) = entry.Locate(file);
            if (length != storage.ByteCount)
                throw objects.Fault($"the storage '{storage.Key}' has {length} bytes, but its tensors expect {storage.ByteCount}.");
        }
        return tree;
    }

    private static string Root(TorchObjects objects, IReadOnlyDictionary<string, ZipEntry> entries)
    {
        var pickles = entries.Keys.Where(name => name.Split('/') is [_, "data.pkl"]).ToArray();
        if (pickles is not [var pickle])
            throw objects.Fault($"it is a zip file with {pickles.Length} pickles named data.pkl; one is expected of torch.save.");
        var root = pickle[..^"data.pkl".Length];
        if (entries.ContainsKey($"{root}constants.pkl"))
            throw objects.Fault("it is a TorchScript program, not a file of weights. Save its state_dict() with torch.save.");
        return root;
    }

    private static void CheckByteOrder(
        RandomAccessFile file, TorchObjects objects, IReadOnlyDictionary<string, ZipEntry> entries, string root)
    {
        if (!entries.TryGetValue($"{root}byteorder", out var entry))
            return; // older versions wrote none and knew little-endian machines only
        var (start, length) = entry.Locate(file);
        Span<byte> order = stackalloc byte["little".Length];
        if (length == order.Length)
            file.Read(start, order);
        if (!order.SequenceEqual("little"u8))
            throw objects.Fault("the file was written on a big-endian machine. Save it again on a little-endian one.");
    }
}
