using System.Runtime.InteropServices;

namespace Llm.Models;

/// <summary>A kind of machine that TorchSharp 0.107 brings a native library for.</summary>
/// <param name="RuntimeIdentifier">.NET's name of the kind, which ends the name of the libtorch package.</param>
/// <param name="LibraryFile">TorchSharp's own native library.</param>
/// <param name="BackendFiles">The libraries of libtorch that it needs, in the order in which they load.</param>
internal sealed record TorchPlatform(string RuntimeIdentifier, string LibraryFile, IReadOnlyList<string> BackendFiles)
{
    public static IReadOnlyList<TorchPlatform> Known { get; } =
    [
        new("linux-x64", "libLibTorchSharp.so", ["libc10.so", "libtorch_cpu.so", "libtorch.so"]),
        new("win-x64", "LibTorchSharp.dll", ["torch_cpu.dll"]),
        new("win-arm64", "LibTorchSharp.dll", ["torch_cpu.dll"]),
        new("osx-arm64", "libLibTorchSharp.dylib", ["libtorch_cpu.dylib"]),
    ];

    /// <summary>Whether the system checks symbol versions, which is what keeps the library from loading.</summary>
    public bool ChecksSymbolVersions => RuntimeIdentifier == "linux-x64";

    /// <exception cref="TorchNotAvailableException">TorchSharp has no native library for this kind of machine.</exception>
    public static TorchPlatform Of(string runtimeIdentifier) =>
        Known.FirstOrDefault(platform => platform.RuntimeIdentifier == runtimeIdentifier)
        ?? throw new TorchNotAvailableException(
            $"TorchSharp has no native library for {runtimeIdentifier}: "
            + $"run this on {string.Join(", ", Known.Select(p => p.RuntimeIdentifier))}.");

    /// <summary>The runtime identifier of this process without the distribution's name, such as linux-x64 or linux-musl-x64.</summary>
    public static string CurrentIdentifier()
    {
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        var identifier = RuntimeInformation.RuntimeIdentifier;
        var isMusl = identifier.Contains("musl", StringComparison.Ordinal) || identifier.StartsWith("alpine", StringComparison.Ordinal);
        var system = OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : !OperatingSystem.IsLinux() ? identifier.Split('-')[0]
            : isMusl ? "linux-musl"
            : "linux";
        return $"{system}-{architecture}";
    }
}
