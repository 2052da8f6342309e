namespace Llm.Models;

/// <summary>A run of elements in the file that tensors are views of. The container says later where its bytes lie.</summary>
internal sealed class TorchStorage(string key, TorchStorageType type, long elementCount)
{
    public string Key => key;

    public TorchStorageType Type => type;

    public long ElementCount => elementCount;

    /// <summary>Where the first element lies in the file.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Bytes in the file; checked against it before any is read.</summary>
    public Int128 ByteCount => (Int128)elementCount * type.Bytes;
}
