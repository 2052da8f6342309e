using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Models;

/// <summary>An affine map y = x Wᵀ + b with the weight stored as (out, in), as in PyTorch.</summary>
/// <remarks>
/// TorchSharp's own Linear is sealed and hands out a new wrapper of its weight at every access, which makes optimizers update a tied
/// weight twice; this one owns managed parameters. Starts as PyTorch's: uniform in ±1/√in.
/// </remarks>
public sealed class Linear : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;

    /// <summary>Creates the map from <paramref name="inputSize"/> to <paramref name="outputSize"/> features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Linear(long inputSize, long outputSize, bool bias = true) : base(nameof(Linear))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSize);
        _weight = NewParameter.Empty(outputSize, inputSize);
        _bias = bias ? NewParameter.Empty(outputSize) : null;
        NewParameter.Uniform(_weight, 1 / Math.Sqrt(inputSize));
        if (_bias is not null)
            NewParameter.Uniform(_bias, 1 / Math.Sqrt(inputSize));
        RegisterComponents();
    }

    /// <summary>The weight (out, in).</summary>
    public Parameter Weight => _weight;

    /// <summary>The bias (out), or null.</summary>
    public Parameter? Bias => _bias;

    /// <summary>Maps the last dimension: (…, in) to (…, out).</summary>
    public override Tensor forward(Tensor x) => functional.linear(x, _weight, _bias);

    /// <summary>
    /// Keeps the first <paramref name="outputSize"/> outputs, or appends outputs, see <see cref="NewParameter.WithRows"/>.
    /// </summary>
    internal void ResizeOutput(long outputSize)
    {
        _weight = NewParameter.WithRows(_weight, outputSize);
        ConditionallyRegisterParameter("weight", _weight);
    }
}
