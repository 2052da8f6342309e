using Llm.Models;
using TorchSharp.Modules;

namespace Llm.Training;

/// <summary>Parameters that an optimizer treats alike.</summary>
/// <param name="Parameters">The parameters by their names in the model; each stands in one group only.</param>
/// <param name="WeightDecay">Share of the weights that a step at learning rate 1 would take away.</param>
public sealed record ParameterGroup(IReadOnlyList<KeyValuePair<string, Parameter>> Parameters, double WeightDecay)
{
    /// <summary>Numbers in all parameters.</summary>
    public long ElementCount => Parameters.Sum(parameter => parameter.Value.NumberOfElements);

    /// <summary>
    /// Two groups as in nanoGPT: matrices and embeddings decay, vectors (biases, gains of norms) do not. Frozen parameters are left out.
    /// </summary>
    public static IReadOnlyList<ParameterGroup> ByDimension(CausalLM model, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(model);
        var trained = model.named_parameters()
            .Where(parameter => parameter.parameter.requires_grad)
            .Select(parameter => KeyValuePair.Create(parameter.name, parameter.parameter))
            .ToLookup(parameter => parameter.Value.dim() >= 2);
        return [new([.. trained[true]], weightDecay), new([.. trained[false]], 0)];
    }
}
