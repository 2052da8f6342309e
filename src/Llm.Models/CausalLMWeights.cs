using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Moves weights between a <see cref="CausalLM"/> and files in Hugging Face's layout.</summary>
public static class CausalLMWeights
{
    /// <summary>Name of the weights file in a model folder.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>Copies the tensors of a checkpoint into the model and accounts for every one of them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The checkpoint, with the names of Hugging Face's files.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error. The default is true.</param>
    /// <exception cref="InvalidDataException">A shape differs, or the checkpoint is not complete and <paramref name="strict"/>.</exception>
    public static LoadReport LoadWeights(this CausalLM model, ITensorSource source, bool strict = true)
    {
        using var mode = no_grad();
        var missing = model.named_parameters().ToDictionary(parameter => parameter.name, parameter => parameter.parameter);
        var known = missing.ToDictionary();
        var entries = new List<LoadReportEntry>();
        foreach (var info in source.Tensors.Values)
        {
            var entry = Load(model.TargetOf(info.Name), info, source, known);
            if (entry.Outcome == LoadOutcome.Assigned && !missing.Remove(entry.Detail))
            {
                throw new InvalidDataException(
                    $"'{info.Name}' and another tensor of the checkpoint both belong to the parameter '{entry.Detail}'.");
            }
            entries.Add(entry);
        }
        entries.AddRange(missing.Select(parameter => new LoadReportEntry(
            parameter.Key, LoadOutcome.Missing,
            $"the checkpoint has no tensor for this parameter ({string.Join(", ", parameter.Value.shape)})")));
        var report = new LoadReport(entries);
        return report.IsComplete || !strict ? report : throw new InvalidDataException(Describe(report));
    }

    /// <summary>The tensors of a Hugging Face checkpoint of this model, as views of its parameters where it can be.</summary>
    /// <param name="model">The model.</param>
    public static IEnumerable<KeyValuePair<string, Tensor>> ExportWeights(this CausalLM model)
    {
        foreach (var (name, tensor) in model.CheckpointTensors())
        {
            using var original = tensor;
            yield return KeyValuePair.Create(name, original.detach());
        }
    }

    private static LoadReportEntry Load(WeightTarget target, TensorInfo info, ITensorSource source, Dictionary<string, Parameter> known)
    {
        if (target.OnlyIfZero)
            return LeaveZeroOut(target, info, source);
        if (target.IgnoredBecause is not null)
            return new(info.Name, LoadOutcome.Ignored, target.IgnoredBecause);
        if (target.Tied)
            return new(info.Name, LoadOutcome.Tied, target.Parameter!);
        if (target.Parameter is null || !known.TryGetValue(target.Parameter, out var parameter))
            return new(info.Name, LoadOutcome.Unexpected, "the model has no such parameter");
        using var scope = NewDisposeScope();
        var destination = target.Transposed ? parameter.t() : parameter;
        CheckShape(info, destination, target.Transposed);
        if (target.Transposed)
            destination.copy_(source.Read(info.Name));
        else
            source.CopyTo(info.Name, destination);
        return new(info.Name, LoadOutcome.Assigned, target.Parameter);
    }

    private static LoadReportEntry LeaveZeroOut(WeightTarget target, TensorInfo info, ITensorSource source)
    {
        using var scope = NewDisposeScope();
        if (source.Read(info.Name).count_nonzero().ToInt64() != 0)
            throw new InvalidDataException($"'{info.Name}' is not zero, but {target.IgnoredBecause}. Set \"bias\" to true in config.json.");
        return new(info.Name, LoadOutcome.Ignored, target.IgnoredBecause + ", and this one is zero");
    }

    private static void CheckShape(TensorInfo info, Tensor destination, bool transposed)
    {
        if (info.Shape.SequenceEqual(destination.shape))
            return;
        var hint = transposed && info.Shape.Reverse().SequenceEqual(destination.shape)
            ? " It is the transpose: the file does not have Hugging Face's Conv1D layout."
            : " The config.json does not belong to these weights.";
        throw new InvalidDataException(
            $"'{info.Name}' has the shape ({string.Join(", ", info.Shape)}), "
            + $"but the model expects ({string.Join(", ", destination.shape)}).{hint}");
    }

    private static string Describe(LoadReport report)
    {
        var faults = report.Entries.Where(entry => entry.Outcome is LoadOutcome.Missing or LoadOutcome.Unexpected).ToList();
        var shown = faults.Take(5).Select(entry => $"'{entry.Name}' is {entry.Outcome.ToString().ToLowerInvariant()} ({entry.Detail})");
        var more = faults.Count > 5 ? $"; and {faults.Count - 5} more" : "";
        return $"The checkpoint does not fit the model: {string.Join("; ", shown)}{more}.";
    }
}
