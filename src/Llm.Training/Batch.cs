using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Llm.Training;

/// <summary>One batch: each row of <see cref="Targets"/> is the row of <see cref="Inputs"/> moved on by one token.</summary>
/// <param name="Inputs">Token ids (B, T), int64.</param>
/// <param name="Targets">Token ids (B, T), int64; positions holding <see cref="Ignored"/> do not count towards the loss.</param>
public sealed record Batch(Tensor Inputs, Tensor Targets) : IDisposable
{
    /// <summary>Target of a position that does not count: -100, as in PyTorch and Hugging Face (nanoGPT writes -1).</summary>
    public const long Ignored = -100;

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Inputs.Dispose();
        Targets.Dispose();
    }

    /// <summary>A batch of unset ids on the CPU, to be filled by row.</summary>
    internal static Batch Empty(long rows, long contextLength) => new(
        empty([rows, contextLength], ScalarType.Int64),
        empty([rows, contextLength], ScalarType.Int64));

    /// <summary>The memory of row <paramref name="row"/> of a tensor on the CPU.</summary>
    internal static Span<long> Row(Tensor ids, int row)
    {
        var length = (int)ids.shape[1];
        return MemoryMarshal.Cast<byte, long>(ids.bytes).Slice(row * length, length);
    }

    internal Batch To(Device device) => new(Inputs.to(device), Targets.to(device));

    /// <summary>Positions that count towards the loss.</summary>
    /// <exception cref="ArgumentException">
    /// The tensors are not a batch, or a target is not in the vocabulary. (The model checks the inputs.)
    /// </exception>
    internal long CountTargets(int vocabSize)
    {
        if (Inputs.shape.Length != 2 || !Inputs.shape.SequenceEqual(Targets.shape))
        {
            throw new ArgumentException(
                $"Inputs and targets must both have the shape (B, T), but have ({string.Join(", ", Inputs.shape)}) "
                + $"and ({string.Join(", ", Targets.shape)}).");
        }
        if (Targets.dtype != ScalarType.Int64)
            throw new ArgumentException($"Targets must be Int64, but are {Targets.dtype}.");
        using var scope = NewDisposeScope();
        var counted = 0L;
        foreach (var target in MemoryMarshal.Cast<byte, long>(Targets.cpu().contiguous().bytes))
        {
            if (target == Ignored)
                continue;
            if (target < 0 || target >= vocabSize)
            {
                throw new ArgumentException(
                    $"Target {target} is not in the vocabulary of {vocabSize} (0 to {vocabSize - 1}). "
                    + $"Use the tokenizer of the model, and {Ignored} for positions that do not count.");
            }
            counted++;
        }
        return counted;
    }
}
