using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Training;

/// <summary>
/// A random stream of the training's own. torch's dropout knows one generator for the whole process; while a step runs it has this stream's
/// state, and after it what it had before, so that drawing elsewhere (a sample text between two steps) changes neither.
/// </summary>
/// <remarks>
/// TorchSharp cannot read the state of a CUDA generator. On CUDA, each step therefore begins from a seed made of the training's seed and
/// the number of the step. Two trainings with dropout at the same time in one process share the generator and are not reproducible.
/// </remarks>
internal sealed class DropoutRandom(long? seed) : IDisposable
{
    private Tensor? _state; // bytes; null before the first step

    /// <summary>The state in base 64; null before the first step.</summary>
    public string? State
    {
        get => _state is null ? null : Convert.ToBase64String(_state.bytes);
        set
        {
            _state?.Dispose();
            _state = value is null ? null : tensor(Convert.FromBase64String(value)).DetachFromDisposeScope();
        }
    }

    /// <summary>Until disposed, torch draws from this stream.</summary>
    public Scope Use(Device device, int step)
    {
        var outside = get_rng_state().DetachFromDisposeScope();
        if (_state is not null)
            set_rng_state(_state);
        else if (seed is { } value)
            manual_seed(value).Dispose();
        if (device.type == DeviceType.CUDA && seed is { } first)
            cuda.manual_seed_all(unchecked(first * 1_000_003 + step));
        return new Scope(this, outside);
    }

    public void Dispose() => _state?.Dispose();

    internal readonly struct Scope(DropoutRandom random, Tensor outside) : IDisposable
    {
        public void Dispose()
        {
            random._state?.Dispose();
            random._state = get_rng_state().DetachFromDisposeScope();
            set_rng_state(outside);
            outside.Dispose();
        }
    }
}
