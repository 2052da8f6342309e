using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Models;

/// <summary>Layer normalization over the last dimension (Ba et al., 2016) with an optional bias, which PyTorch long lacked.</summary>
public sealed class LayerNorm : Module<Tensor, Tensor>
{
    private readonly double _epsilon;
    [ComponentName(Name = "weight")] private Parameter _weight;
    [ComponentName(Name = "bias")] private Parameter? _bias;

    /// <summary>Creates the norm with gain 1 and bias 0.</summary>
    /// <param name="size">Features in the last dimension.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="epsilon">Added to the variance. The default is 1e-5.</param>
    public LayerNorm(long size, bool bias = true, double epsilon = 1e-5) : base(nameof(LayerNorm))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _epsilon = epsilon;
        _weight = NewParameter.Filled(1, size);
        _bias = bias ? NewParameter.Filled(0, size) : null;
        RegisterComponents();
    }

    /// <summary>The gain (size).</summary>
    public Parameter Weight => _weight;

    /// <summary>The bias (size), or null.</summary>
    public Parameter? Bias => _bias;

    /// <summary>Normalizes (…, size) to mean 0 and variance 1, then applies gain and bias.</summary>
    public override Tensor forward(Tensor x) => functional.layer_norm(x, [_weight.shape[0]], _weight, _bias, _epsilon);
}
