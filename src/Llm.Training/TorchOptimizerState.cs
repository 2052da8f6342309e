using Llm.Models;
using static TorchSharp.torch;

namespace Llm.Training;

/// <summary>
/// The state of PyTorch's Adam or AdamW, as optimizer.state_dict() gives it, under the names of <see cref="AdamW.State"/>: from nanoGPT's
/// ckpt.pt, or from the optimizer.pt that Hugging Face's Trainer writes.
/// </summary>
/// <remarks>
/// PyTorch numbers parameters instead of naming them: group by group, in the order of the model. Both programs have the groups of
/// <see cref="ParameterGroup.ByDimension"/>.
/// </remarks>
public sealed class TorchOptimizerState : ITensorSource
{
    private readonly Dictionary<string, (ITensorSource Source, string Name, bool IsTransposed)> _tensors = [];

    /// <summary>Finds the state in a file: under the key optimizer, or else at its root.</summary>
    /// <param name="file">The file; the caller closes it, after reading.</param>
    /// <param name="groups">The groups of the optimizer that is to take the state, see <see cref="AdamW.Groups"/>.</param>
    /// <param name="isTransposed">
    /// Whether the file has the parameter of a name as (in, out), as Hugging Face's GPT-2 has its linear weights (Conv1D). By default none.
    /// </param>
    /// <exception cref="InvalidDataException">The file has no optimizer state, or one of other groups.</exception>
    public TorchOptimizerState(TorchFile file, IReadOnlyList<ParameterGroup> groups, Predicate<string>? isTransposed = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(groups);
        var root = file.Root as OrderedDictionary<object, object?> ?? throw NoState("it does not hold a dictionary");
        object[] path = root.ContainsKey("optimizer") ? ["optimizer"] : [];
        var state = path.Length == 0
            ? root
            : root["optimizer"] as OrderedDictionary<object, object?> ?? throw NoState("its optimizer is not a dictionary");
        var names = groups.SelectMany(group => group.Parameters).Select(parameter => parameter.Key).ToList();
        foreach (var (name, number) in names.Zip(Numbers(state, groups)))
            Add(name, file.At([.. path, "state", number]), isTransposed?.Invoke(name) ?? false);
        Tensors = _tensors.ToDictionary(tensor => tensor.Key, tensor => Info(tensor.Key, tensor.Value));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var (source, original, isTransposed) = _tensors[name];
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        if (isTransposed)
            destination.copy_(source.Read(original).t());
        else
            source.CopyTo(original, destination);
    }

    /// <summary>Does nothing: the file is the caller's.</summary>
    public void Dispose()
    {
    }

    private void Add(string parameter, ITensorSource state, bool isTransposed)
    {
        foreach (var name in state.Tensors.Keys)
            _tensors.Add($"{parameter}.{name}", (state, name, isTransposed && state.Tensors[name].Shape.Count == 2));
    }

    private static TensorInfo Info(string name, (ITensorSource Source, string Name, bool IsTransposed) tensor)
    {
        var info = tensor.Source.Tensors[tensor.Name];
        return info with { Name = name, Shape = tensor.IsTransposed ? [.. info.Shape.Reverse()] : info.Shape };
    }

    private static List<object> Numbers(OrderedDictionary<object, object?> state, IReadOnlyList<ParameterGroup> groups)
    {
        if (!state.ContainsKey("state") || !state.TryGetValue("param_groups", out var found) || found is not IReadOnlyList<object?> saved)
            throw NoState("it has no state and param_groups");
        var numbers = saved
            .Select(group => group is OrderedDictionary<object, object?> entries && entries.TryGetValue("params", out var list)
                ? list as IReadOnlyList<object?> ?? []
                : [])
            .ToList();
        if (!numbers.Select(list => list.Count).SequenceEqual(groups.Select(group => group.Parameters.Count)))
        {
            var theirs = string.Join(" and ", numbers.Select(list => list.Count));
            var ours = string.Join(" and ", groups.Select(group => group.Parameters.Count));
            throw new InvalidDataException(
                $"The file's optimizer has groups of {theirs} parameters, but here they are of {ours}: "
                + "it belongs to another model, or decays other parameters.");
        }
        return [.. numbers.SelectMany(list => list).Select(number => number ?? throw NoState("a parameter has no number"))];
    }

    private static InvalidDataException NoState(string because) => new($"The file holds no optimizer state of PyTorch: {because}.");
}
