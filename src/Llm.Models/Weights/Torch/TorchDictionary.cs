using System.Collections.ObjectModel;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>The tensors of one dictionary in the tree, by their keys; the file belongs to somebody else.</summary>
internal sealed class TorchDictionary : ITensorSource
{
    private readonly Dictionary<string, TorchTensor> _tensors = [];

    public TorchDictionary(OrderedDictionary<object, object?> dictionary)
    {
        var infos = new OrderedDictionary<string, TensorInfo>();
        foreach (var (key, value) in dictionary)
        {
            if (key is string name && value is TorchTensor tensor)
            {
                _tensors.Add(name, tensor);
                infos.Add(name, tensor.Info with { Name = name });
            }
        }
        Tensors = new ReadOnlyDictionary<string, TensorInfo>(infos);
    }

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public void CopyTo(string name, Tensor destination)
    {
        var info = Tensors.GetValueOrDefault(name) ?? throw TensorCopy.Missing(this, name);
        _tensors[name].CopyTo(info, destination);
    }

    public void Dispose()
    {
    }
}
