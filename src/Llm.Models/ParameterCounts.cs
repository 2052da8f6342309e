using System.Globalization;
using System.Text;

namespace Llm.Models;

/// <summary>How many numbers a model learns, and where they are. A tied weight is counted once.</summary>
/// <param name="Components">Component and parameters, in the order of the model.</param>
/// <param name="Trainable">Parameters that receive gradients.</param>
public sealed record ParameterCounts(IReadOnlyList<KeyValuePair<string, long>> Components, long Trainable)
{
    /// <summary>The component of learned position embeddings.</summary>
    public const string PositionEmbeddings = "position embeddings";

    /// <summary>All parameters.</summary>
    public long Total => Components.Sum(component => component.Value);

    /// <summary>All but the position embeddings, as nanoGPT's get_num_params counts: token embeddings serve as the head as well.</summary>
    public long WithoutPositions => Total - this[PositionEmbeddings];

    /// <summary>Size of the weights in float32, in MB of 10⁶ bytes.</summary>
    public double MegabytesInFloat32 => Total * 4 / 1e6;

    /// <summary>Parameters of one component; 0 where the model has none.</summary>
    public long this[string component] => Components.FirstOrDefault(known => known.Key == component).Value;

    internal static ParameterCounts Of(CausalLM model)
    {
        var parameters = model.named_parameters().ToList();
        var components = parameters
            .GroupBy(parameter => model.ComponentOf(parameter.name))
            .Select(group => KeyValuePair.Create(group.Key, group.Sum(parameter => parameter.parameter.numel())))
            .ToList();
        var trainable = parameters.Where(parameter => parameter.parameter.requires_grad);
        return new(components, trainable.Sum(parameter => parameter.parameter.numel()));
    }

    /// <summary>A table: component, parameters, share.</summary>
    public override string ToString()
    {
        var table = new StringBuilder();
        foreach (var (component, count) in Components)
            table.AppendLine(CultureInfo.InvariantCulture, $"{component,-20} {count,15:N0} {(double)count / Total,7:P1}");
        table.Append(CultureInfo.InvariantCulture, $"{"total",-20} {Total,15:N0} {MegabytesInFloat32,7:F1} MB in float32");
        return table.ToString();
    }
}
