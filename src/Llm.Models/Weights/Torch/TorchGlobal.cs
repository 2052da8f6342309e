namespace Llm.Models;

/// <summary>A name that a pickle may mention, and what it stands for here.</summary>
internal sealed record TorchGlobal(string Module, string Name, TorchGlobalKind Kind)
{
    private static readonly Dictionary<(string, string), TorchGlobal> Known = new TorchGlobal[]
    {
        new("collections", "OrderedDict", TorchGlobalKind.Dictionary),
        new("collections", "Counter", TorchGlobalKind.Dictionary),
        new("torch", "Size", TorchGlobalKind.Size),
        new("torch", "device", TorchGlobalKind.Device),
        new("torch._utils", "_rebuild_tensor", TorchGlobalKind.Tensor),
        new("torch._utils", "_rebuild_tensor_v2", TorchGlobalKind.Tensor),
        new("torch._utils", "_rebuild_tensor_v3", TorchGlobalKind.TensorOfType),
        new("torch._utils", "_rebuild_parameter", TorchGlobalKind.Parameter),
        new("_codecs", "encode", TorchGlobalKind.Bytes),
        new("builtins", "bytes", TorchGlobalKind.NoBytes),
        new("__builtin__", "bytes", TorchGlobalKind.NoBytes),
    }.ToDictionary(global => (global.Module, global.Name));

    public static TorchGlobal? Find(string module, string name)
    {
        if (Known.TryGetValue((module, name), out var global))
            return global;
        return TorchStorageType.OfStorage(module, name) is not null ? new TorchGlobal(module, name, TorchGlobalKind.Storage) : null;
    }

    public override string ToString() => $"{Module}.{Name}";
}

internal enum TorchGlobalKind
{
    Dictionary,
    Size,
    Device,
    Tensor,
    TensorOfType,
    Parameter,
    Bytes,
    NoBytes,
    Storage,
}
