using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Devices and element types by the names that people write in settings and on command lines.</summary>
public static class TorchNames
{
    private static readonly Dictionary<string, ScalarType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["float32"] = ScalarType.Float32,
        ["float64"] = ScalarType.Float64,
        ["float16"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
    };

    /// <summary>The device called auto (CUDA, then MPS, then the CPU), cpu, cuda, cuda:N or mps.</summary>
    /// <exception cref="ArgumentException">The name is not known, or there is no such device.</exception>
    public static Device ParseDevice(string name)
    {
        TorchNative.EnsureLoaded();
        return name.Split(':') switch
        {
            ["auto"] => cuda.is_available() ? CUDA : mps_is_available() ? MPS : CPU,
            ["cpu"] => CPU,
            ["mps"] when mps_is_available() => MPS,
            ["cuda"] when cuda.is_available() => CUDA,
            ["cuda", var index] when int.TryParse(index, out var number) && number >= 0 && number < cuda.device_count() =>
                new Device(DeviceType.CUDA, number),
            ["mps"] or ["cuda"] or ["cuda", _] => throw new ArgumentException(
                $"There is no device '{name}' here. Use cpu or auto; for a GPU, add the package of its torch back-end.", nameof(name)),
            _ => throw new ArgumentException($"'{name}' is not a known device. Known: auto, cpu, cuda, cuda:N, mps.", nameof(name)),
        };
    }

    /// <summary>The element type called float32, float64, float16 or bfloat16.</summary>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    public static ScalarType ParseType(string name) => Types.TryGetValue(name, out var type)
        ? type
        : throw new ArgumentException($"'{name}' is not a known type of weights. Known: {string.Join(", ", Types.Keys)}.", nameof(name));
}
