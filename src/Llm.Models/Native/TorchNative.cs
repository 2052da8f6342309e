using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Llm.Models;

/// <summary>
/// Loads torch's native libraries, also where the library of TorchSharp 0.107 does not load by itself because the C++ runtime of the
/// system is older than GCC 13's (Debian 12, Ubuntu 22.04). Where nothing is wrong, it changes nothing.
/// </summary>
/// <remarks>
/// Programs need not call this: it is set up when Llm.Models is first used, and the package compiles a few lines into the assemblies
/// that reference it, so that it is set up even for those that use TorchSharp first. (The MSBuild property LlmTorchStartup=false
/// leaves these lines out; then call <see cref="LoadOnFirstUse"/> before TorchSharp is used.)
/// </remarks>
public static class TorchNative
{
    private static readonly Lock Gate = new();
    private static bool _arranged;
    private static nint _repaired;
    private static volatile bool _loaded;

    /// <summary>Loads torch now; further calls cost nothing.</summary>
    /// <exception cref="TorchNotAvailableException">Torch cannot run here; the message says why and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (_loaded)
            return;

        LoadOnFirstUse();
        // The two names that TorchSharp asks for, in its order. Where the second is not found, the runtime calls Repair, which throws.
        NativeLibrary.TryLoad("torch_cpu", Torch, null, out _);
        if (!NativeLibrary.TryLoad(TorchLibrary.Name, Torch, null, out _))
            Repair();
        _loaded = true;
    }

    /// <summary>Arranges that torch loads when it is first used, whoever uses it first. Loads nothing now, and does not throw.</summary>
    public static void LoadOnFirstUse()
    {
        lock (Gate)
        {
            if (_arranged)
                return;
            _arranged = true;
        }

        OpenMP.ApplyWaitPolicy();
        // The runtime raises this only after its own search has failed, so a library that loads as shipped never comes this way.
        var context = AssemblyLoadContext.GetLoadContext(Torch) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, name) => name == TorchLibrary.Name ? Repair() : 0;
    }

    // Loading the assembly does not run torch's static constructor, whose failure would last as long as the process.
    private static Assembly Torch => typeof(torch).Assembly;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Must come before TorchSharp's first native call, and only adds an event handler.")]
    internal static void Arrange() => LoadOnFirstUse();

    // A failure is not kept: after LLM_NATIVE_CACHE was set, the next use tries again.
    private static nint Repair()
    {
        lock (Gate)
        {
            if (_repaired == 0)
                _repaired = TorchLibrary.ForThisProcess().Load();
            return _repaired;
        }
    }
}
