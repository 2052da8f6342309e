using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Named tensors in a weights file. Nothing is read before it is asked for; several threads may read at once.</summary>
public interface ITensorSource : IDisposable
{
    /// <summary>The tensors by name, in the order of their data.</summary>
    IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Fills a tensor that exists already, converting to its element type and moving to its device piece by piece.</summary>
    /// <param name="name">A key of <see cref="Tensors"/>.</param>
    /// <param name="destination">A tensor of exactly the same shape; it may be a parameter, and no gradient is recorded.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The shapes differ, or the conversion would drop fractions or imaginary parts.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no such element type.</exception>
    /// <exception cref="InvalidDataException">The file was cut short after it had been opened.</exception>
    void CopyTo(string name, Tensor destination);
}
