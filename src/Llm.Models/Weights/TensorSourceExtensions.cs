using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Reading from any <see cref="ITensorSource"/>.</summary>
public static class TensorSourceExtensions
{
    /// <summary>Reads one tensor into memory of its own.</summary>
    /// <param name="source">The file.</param>
    /// <param name="name">A key of <see cref="ITensorSource.Tensors"/>.</param>
    /// <param name="type">The element type wanted; the default is the file's.</param>
    /// <param name="device">Where the tensor shall lie; the default is the CPU.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The conversion would drop fractions or imaginary parts.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no such element type.</exception>
    /// <exception cref="InvalidDataException">The file was cut short after it had been opened.</exception>
    public static Tensor Read(this ITensorSource source, string name, ScalarType? type = null, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var info = source.Tensors.GetValueOrDefault(name) ?? throw TensorCopy.Missing(source, name);
        return TensorCopy.Read(info, tensor => source.CopyTo(name, tensor), type, device);
    }
}
