using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Models;

/// <summary>Activation functions by the names that Hugging Face's config.json uses.</summary>
public static class Activation
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Known = new()
    {
        ["gelu"] = x => functional.gelu(x),
        ["gelu_new"] = GeluTanh,
        ["gelu_pytorch_tanh"] = GeluTanh,
        ["relu"] = x => functional.relu(x),
        ["silu"] = x => functional.silu(x),
        ["swish"] = x => functional.silu(x),
        ["tanh"] = x => x.tanh(),
    };

    /// <summary>
    /// The function called <paramref name="name"/>; gelu is the exact form (erf), gelu_new the tanh form of the GPT-2 release.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    public static Func<Tensor, Tensor> ByName(string name) => Known.TryGetValue(name, out var function)
        ? function
        : throw new ArgumentException(
            $"'{name}' is not a known activation function. Known: {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}.",
            nameof(name));

    private static Tensor GeluTanh(Tensor x) => functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh);
}
