using Llm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Llm.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), one native pass over all parameters: some twenty times faster than
/// TorchSharp's, without its temporary copies of the model. Equal to PyTorch's AdamW to rounding.
/// </summary>
/// <remarks>
/// libtorch has the operator for CPU, CUDA and MPS tensors of any floating-point type; on another device the step throws. State lies beside
/// its parameter. Make the optimizer after moving or resizing the model, which replaces parameters.
/// </remarks>
public sealed class AdamW : IDisposable
{
    private readonly List<(Slot[] Slots, double WeightDecay)> _groups;
    private readonly (double, double) _betas;
    private readonly double _epsilon;
    private readonly bool _amsGrad;

    /// <summary>Creates the optimizer with moments of zero.</summary>
    /// <param name="groups">What to update.</param>
    /// <param name="beta1">How slowly the mean of the gradients moves. The default is 0.9.</param>
    /// <param name="beta2">How slowly the mean of their squares moves. The default is 0.95, nanoGPT's; PyTorch's is 0.999.</param>
    /// <param name="epsilon">Added to the root of the latter. The default is 1e-8.</param>
    /// <param name="amsGrad">Whether that mean may only grow (Reddi et al., 2018). The default is false.</param>
    /// <exception cref="ArgumentException">A number is out of range, a name stands twice, or there is nothing to update.</exception>
    public AdamW(IEnumerable<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.95, double epsilon = 1e-8, bool amsGrad = false)
    {
        ArgumentNullException.ThrowIfNull(groups);
        CheckRange(beta1, nameof(beta1));
        CheckRange(beta2, nameof(beta2));
        if (epsilon is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be a number of at least 0.");
        (_betas, _epsilon, _amsGrad) = ((beta1, beta2), epsilon, amsGrad);
        Groups = [.. groups];
        _groups = [.. Groups.Select(group =>
            (group.Parameters.Select(p => new Slot(p.Key, p.Value, amsGrad)).ToArray(), group.WeightDecay))];
        if (!Slots.Any())
            throw new ArgumentException("There is nothing to train: no parameter requires a gradient.", nameof(groups));
        if (Slots.GroupBy(slot => slot.Name).FirstOrDefault(names => names.Count() > 1) is { } twice)
        {
            throw new ArgumentException(
                $"The parameter '{twice.Key}' stands in the groups twice, and would be updated twice.", nameof(groups));
        }
    }

    /// <summary>What is updated.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    private IEnumerable<Slot> Slots => _groups.SelectMany(group => group.Slots);

    /// <summary>Updates every parameter that has a gradient. Gradients stay; clear them with the model's zero_grad.</summary>
    /// <param name="learningRate">Step size; 0 moves nothing but still counts, as in PyTorch.</param>
    /// <exception cref="InvalidOperationException">A parameter was replaced since the optimizer was made.</exception>
    public void Step(double learningRate)
    {
        if (learningRate is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "The learning rate must be a number of at least 0.");
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (slots, weightDecay) in _groups)
        {
            var ready = slots.Select(slot => (Slot: slot, Gradient: slot.Gradient())).Where(pair => pair.Gradient is not null);
            foreach (var alike in ready.GroupBy(pair => pair.Slot.Kind))
                Step([.. alike.Select(pair => pair.Slot)], [.. alike.Select(pair => pair.Gradient!)], learningRate, weightDecay);
        }
    }

    /// <summary>
    /// The moments and step counts of every parameter: NAME.exp_avg, NAME.exp_avg_sq, NAME.step. The tensors stay the optimizer's own.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => Slots.SelectMany(slot => slot.State);

    /// <summary>Writes <see cref="State"/> to a safetensors file.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there before is whole.</exception>
    public void Save(string path) => Safetensors.Save(path, State);

    /// <summary>Reads what <see cref="Save"/> has written. Nothing changes unless everything fits.</summary>
    /// <exception cref="InvalidDataException">The state belongs to other parameters.</exception>
    public void Load(ITensorSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Check(source);
        foreach (var (name, tensor) in State)
            source.CopyTo(name, tensor);
    }

    /// <summary>Frees the state; the parameters stay.</summary>
    public void Dispose()
    {
        foreach (var (_, tensor) in State)
            tensor.Dispose();
    }

    private void Step(Slot[] slots, Tensor[] gradients, double learningRate, double weightDecay)
    {
        Tensor[] parameters = [.. slots.Select(slot => slot.Parameter)], means = [.. slots.Select(slot => slot.Mean)];
        Tensor[] squares = [.. slots.Select(slot => slot.Square)], steps = [.. slots.Select(slot => slot.Step)];
        if (_amsGrad)
        {
            Tensor[] largest = [.. slots.Select(slot => slot.LargestSquare!)];
            AtenScripts.FusedAmsGrad(parameters, gradients, means, squares, largest, steps, learningRate, _betas, weightDecay, _epsilon);
        }
        else
        {
            AtenScripts.FusedAdamW(parameters, gradients, means, squares, steps, learningRate, _betas, weightDecay, _epsilon);
        }
    }

    private void Check(ITensorSource source)
    {
        var expected = State.ToDictionary();
        foreach (var (name, tensor) in expected)
        {
            if (!source.Tensors.TryGetValue(name, out var info))
            {
                throw new InvalidDataException(
                    $"The optimizer state has no '{name}': it belongs to another model, or to other trained parameters.");
            }
            if (!info.Shape.SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException(
                    $"'{name}' of the optimizer state has the shape ({string.Join(", ", info.Shape)}), "
                    + $"but the parameter's is ({string.Join(", ", tensor.shape)}).");
            }
        }
        if (source.Tensors.Keys.FirstOrDefault(name => !expected.ContainsKey(name)) is { } unknown)
        {
            throw new InvalidDataException(
                $"The optimizer state has '{unknown}', for which there is no parameter here: it belongs to another model.");
        }
    }

    private static void CheckRange(double beta, string name)
    {
        if (beta is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(name, beta, "A beta must be at least 0 and below 1.");
    }

    /// <summary>A parameter and what the optimizer remembers of it.</summary>
    private sealed class Slot(string name, Parameter parameter, bool amsGrad)
    {
        public string Name => name;

        public Parameter Parameter => parameter;

        public Tensor Mean { get; } = Zeros(parameter);

        public Tensor Square { get; } = Zeros(parameter);

        public Tensor? LargestSquare { get; } = amsGrad ? Zeros(parameter) : null;

        // The fused operator wants the count as a float on the parameter's device.
        public Tensor Step { get; } = zeros([], ScalarType.Float32, parameter.device).DetachFromDisposeScope();

        public IEnumerable<KeyValuePair<string, Tensor>> State
        {
            get
            {
                yield return new(name + ".exp_avg", Mean);
                yield return new(name + ".exp_avg_sq", Square);
                if (LargestSquare is not null)
                    yield return new(name + ".max_exp_avg_sq", LargestSquare);
                yield return new(name + ".step", Step);
            }
        }

        /// <summary>One call of the operator takes tensors of one device and type.</summary>
        public (DeviceType, int, ScalarType) Kind => (parameter.device_type, parameter.device_index, parameter.dtype);

        public Tensor? Gradient() => !parameter.IsInvalid
            ? parameter.grad
            : throw new InvalidOperationException(
                $"The parameter '{name}' is gone: moving, converting or resizing a model replaces its parameters. "
                + "Make the optimizer after that.");

        private static Tensor Zeros(Parameter parameter)
        {
            using var mode = no_grad();
            return zeros_like(parameter).DetachFromDisposeScope();
        }
    }
}
