using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Llm.Models;

/// <summary>
/// TorchSharp's native library, loaded when the runtime could not do it. On Linux the library of 0.107 asks for the symbol version
/// GLIBCXX_3.4.32 for one symbol that nothing refers to, so a copy that wants this version only weakly loads, and works, where the
/// C++ runtime of the system does not have it.
/// </summary>
/// <param name="runtimeIdentifier">Kind of this machine, such as linux-x64.</param>
/// <param name="folders">Where native libraries may lie, in the order of search.</param>
/// <param name="load">Loads the library at a path or throws <see cref="DllNotFoundException"/>.</param>
/// <param name="cache">Where the repaired copy is kept.</param>
internal sealed class TorchLibrary(
    string runtimeIdentifier, IReadOnlyList<string> folders, Func<string, nint> load, LibraryCache cache)
{
    public const string Name = "LibTorchSharp";

    private const string UnusedVersion = "GLIBCXX_3.4.32";

    public static TorchLibrary ForThisProcess()
    {
        var identifier = TorchPlatform.CurrentIdentifier();
        return new(identifier, SearchFolders(identifier), NativeLibrary.Load, LibraryCache.ForThisUser());
    }

    /// <exception cref="TorchNotAvailableException">Torch cannot run here; the message says why and what to do.</exception>
    public nint Load()
    {
        var platform = TorchPlatform.Of(runtimeIdentifier);
        var library = Find(platform.LibraryFile)
            ?? throw new TorchNotAvailableException(
                $"{platform.LibraryFile} of the package TorchSharp is in none of {string.Join(", ", folders)}: build or publish this "
                + $"program for {platform.RuntimeIdentifier}, and keep the native libraries beside it.");
        try
        {
            // A copy in another folder finds the libraries that it needs only if they are loaded already.
            foreach (var file in platform.BackendFiles)
                load(Find(file) ?? throw MissingBackend(platform));
            return LoadAsShippedOrRepaired(platform, library);
        }
        catch (DllNotFoundException failure) when (failure is not TorchNotAvailableException)
        {
            throw new TorchNotAvailableException($"Torch's native libraries do not load on this system: {Reason(failure)}", failure);
        }
    }

    private nint LoadAsShippedOrRepaired(TorchPlatform platform, string library)
    {
        try
        {
            return load(library);
        }
        catch (DllNotFoundException) when (platform.ChecksSymbolVersions)
        {
            var image = File.ReadAllBytes(library);
            if (Weaken(image, library) == 0)
                throw;
            return cache.Load(platform.LibraryFile, image, load);
        }
    }

    // On Unix the first line is general advice, and what the system said about each file name that was tried follows.
    private static string Reason(DllNotFoundException failure)
    {
        var lines = failure.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 1 ? lines[1] : failure.Message;
    }

    private static int Weaken(byte[] image, string library)
    {
        try
        {
            return ElfImage.WeakenVersion(image, UnusedVersion);
        }
        catch (InvalidDataException damage)
        {
            throw new TorchNotAvailableException($"{library} is damaged: {damage.Message} Restore the package TorchSharp again.", damage);
        }
    }

    private static TorchNotAvailableException MissingBackend(TorchPlatform platform)
    {
        var attributes = typeof(TorchLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>();
        var libtorch = attributes.First(a => a.Key == "LibTorchVersion").Value;
        var torchSharp = typeof(torch).Assembly.GetName().Version!.ToString(3);
        return new(
            $"This program has no torch backend. Run `dotnet add package TorchSharp-cpu --version {torchSharp}` in its project, or "
            + $"`dotnet add package libtorch-cpu-{platform.RuntimeIdentifier} --version {libtorch}` for this kind of machine alone.");
    }

    private string? Find(string file) => folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    // The first entry is the runtime's own list, which also covers portable builds and single files that extract themselves.
    private static List<string> SearchFolders(string identifier)
    {
        var known = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return
        [
            .. known.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, "runtimes", identifier, "native"),
        ];
    }
}
