using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Models;

/// <summary>A table with one row of features for each id. Starts as PyTorch's: N(0, 1).</summary>
public sealed class Embedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private Parameter _weight;

    /// <summary>Creates a table of <paramref name="count"/> rows with <paramref name="size"/> features each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Embedding(long count, long size) : base(nameof(Embedding))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _weight = NewParameter.Empty(count, size);
        NewParameter.Normal(_weight, 1);
        RegisterComponents();
    }

    /// <summary>The table (count, size).</summary>
    public Parameter Weight => _weight;

    /// <summary>Looks rows up: int64 ids (…) to features (…, size).</summary>
    public override Tensor forward(Tensor ids) =>
        _weight.index_select(0, ids.flatten()).view([.. ids.shape, _weight.shape[1]]);

    /// <summary>Keeps the first <paramref name="count"/> rows, or appends rows, see <see cref="NewParameter.WithRows"/>.</summary>
    internal void Resize(long count)
    {
        _weight = NewParameter.WithRows(_weight, count);
        ConditionallyRegisterParameter("weight", _weight);
    }
}
