using System.Numerics;
using System.Text;

namespace Llm.Models;

/// <summary>All that a pickle of torch.save may make besides plain values: tensors over storages, dictionaries, bytes.</summary>
internal sealed class TorchObjects(RandomAccessFile file)
{
    // A tensor may repeat its storage (expand), so its size is not bounded by the file; this bounds what reading it allocates.
    private const long MostRepeatedElements = 1L << 28;

    /// <summary>The storages that tensors refer to, by key.</summary>
    public Dictionary<string, TorchStorage> Storages { get; } = [];

    public InvalidDataException Fault(string message) => new($"{file.Path}: {message}");

    /// <summary>What the module and name stand for. Element types become text at once; whatever is not on the list is refused.</summary>
    public object Global(PickleOpcode opcode, string module, string name)
    {
        if (TorchGlobal.Find(module, name) is { } global)
            return global;
        if (module == "torch" && TorchStorageType.OfType(name) is { } type)
            return type.FullName;
        throw Fault(
            $"{opcode} names {module}.{name}, which is not among the few things that weights need. Nothing was run. "
            + "If the file holds a whole model, save its state_dict() instead.");
    }

    /// <summary>A dictionary key: what Python can hash and .NET can compare.</summary>
    public object Key(object? key)
    {
        if (key is string or long or double or bool or BigInteger or Array)
            return key;
        throw Fault($"a dictionary has {Describe(key)} as a key; texts, numbers, bytes and tuples are allowed.");
    }

    /// <summary>The result of a call.</summary>
    public object? Reduce(object? callable, object? arguments)
    {
        if (callable is not TorchGlobal global || arguments is not object?[] given)
            throw Fault($"REDUCE would call {Describe(callable)} with {Describe(arguments)}.");
        return (global.Kind, given) switch
        {
            (TorchGlobalKind.Tensor, [TorchStorage storage, long offset, object?[] size, object?[] stride, ..]) =>
                Tensor(storage, storage.Type, offset, size, stride),
            (TorchGlobalKind.TensorOfType, [TorchStorage storage, long offset, object?[] size, object?[] stride, _, _, string type, ..]) =>
                Tensor(storage, TorchStorageType.OfType(type.Replace("torch.", "", StringComparison.Ordinal)), offset, size, stride),
            (TorchGlobalKind.Parameter, [TorchTensor tensor, bool, _]) => tensor,
            (TorchGlobalKind.Dictionary, []) => new OrderedDictionary<object, object?>(),
            (TorchGlobalKind.Dictionary, [IReadOnlyList<object?> pairs]) => Dictionary(pairs),
            (TorchGlobalKind.Dictionary, [OrderedDictionary<object, object?> same]) => new OrderedDictionary<object, object?>(same),
            (TorchGlobalKind.Size, [object?[] sizes]) => sizes,
            (TorchGlobalKind.Device, [string kind]) => kind,
            (TorchGlobalKind.Device, [string kind, long index]) => $"{kind}:{index}",
            (TorchGlobalKind.Bytes, [string text, "latin1"]) => Latin1(text),
            (TorchGlobalKind.NoBytes, []) => Array.Empty<byte>(),
            _ => throw Fault($"REDUCE would call {global} with what it does not take: ({string.Join(", ", given.Select(Describe))})."),
        };
    }

    /// <summary>Attributes of a state dictionary (its version numbers) are dropped; on anything else they are refused.</summary>
    public void Build(object? target, object? state)
    {
        if (target is not OrderedDictionary<object, object?> || state is not OrderedDictionary<object, object?>)
            throw Fault($"BUILD would set the state of {Describe(target)}; only a dictionary may have one.");
    }

    /// <summary>The storage that a persistent id stands for: ("storage", type, key, location, element count), and once a view.</summary>
    public TorchStorage Storage(object? id)
    {
        var parts = id as object?[];
        if (parts is not ["storage", TorchGlobal global, string key, string, long count, .. var rest] || count < 0)
            throw Fault("BINPERSID does not describe a storage: (\"storage\", type, key, location, element count) is expected.");
        if (rest is not ([] or [null]))
            throw Fault($"the storage '{key}' is a view of another, as PyTorch before 0.4 wrote. Save the file again with a newer one.");
        var type = TorchStorageType.OfStorage(global.Module, global.Name)
            ?? throw Fault($"BINPERSID names {global}, which is not a type of storage.");
        if (!Storages.TryGetValue(key, out var storage))
            Storages.Add(key, storage = new TorchStorage(key, type, count));
        if (storage.Type != type || storage.ElementCount != count)
            throw Fault($"the storage '{key}' has {storage.ElementCount} elements of {storage.Type.Name} and also {count} of {type.Name}.");
        return storage;
    }

    public static string Describe(object? value) => value switch
    {
        null => "None",
        string => "a text",
        long or BigInteger => "an integer",
        double => "a float",
        bool => "a bool",
        byte[] => "bytes",
        object?[] => "a tuple",
        List<object?> => "a list",
        OrderedDictionary<object, object?> => "a dictionary",
        TorchTensor => "a tensor",
        TorchStorage => "a storage",
        _ => value.ToString() ?? "",
    };

    private TorchTensor Tensor(TorchStorage storage, TorchStorageType? type, long offset, object?[] size, object?[] stride)
    {
        var (shape, strides) = (Numbers(size), Numbers(stride));
        if (type is null || shape is null || strides is null || shape.Length != strides.Length || offset < 0)
            throw Fault($"a tensor in the storage '{storage.Key}' has {size.Length} sizes, {stride.Length} strides, the offset {offset}.");

        // Products of two 64-bit numbers fit into 128 bits; beyond 64 the result is too large anyway.
        Int128 count = 1;
        Int128 last = offset;
        for (var i = 0; i < shape.Length; i++)
        {
            count = Int128.Min(count * shape[i], long.MaxValue);
            last = Int128.Min(last + (Int128)Math.Max(0, shape[i] - 1) * strides[i], long.MaxValue);
        }
        var present = storage.ByteCount / type.Bytes;
        if (count > 0 && last >= present || count == 0 && offset > present)
        {
            throw Fault($"a tensor of shape {TensorCopy.Text(shape)}, strides {TensorCopy.Text(strides)} and offset {offset} does not fit "
                + $"into the storage '{storage.Key}' of {present} elements.");
        }
        if (count > present && count > MostRepeatedElements)
            throw Fault($"a tensor of shape {TensorCopy.Text(shape)} repeats {present} elements of the storage '{storage.Key}' too often.");
        return new TorchTensor(file, storage, type, offset, shape, strides);
    }

    private static long[]? Numbers(object?[] values) =>
        Array.TrueForAll(values, value => value is long and >= 0) ? Array.ConvertAll(values, value => (long)(value ?? 0L)) : null;

    private OrderedDictionary<object, object?> Dictionary(IReadOnlyList<object?> pairs)
    {
        var dictionary = new OrderedDictionary<object, object?>();
        foreach (var pair in pairs)
        {
            if (pair is not IReadOnlyList<object?> { Count: 2 } both)
                throw Fault("an OrderedDict is made from something else than pairs.");
            dictionary[Key(both[0])] = both[1];
        }
        return dictionary;
    }

    // Protocol 2 writes bytes as the text of the same code points.
    private byte[] Latin1(string text) => text.Any(character => character > 0xFF)
        ? throw Fault("_codecs.encode is given characters that Latin-1 lacks.")
        : Encoding.Latin1.GetBytes(text);
}
