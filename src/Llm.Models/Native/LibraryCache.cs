using System.Security.Cryptography;

namespace Llm.Models;

/// <summary>Keeps repaired native libraries on disk, because the system loads libraries only from files.</summary>
/// <param name="chosenFolder">The only folder to use, or null for the two others.</param>
/// <param name="userFolder">Where copies stay from run to run, or null where the user has no such place.</param>
/// <param name="temporaryFolder">Where a copy lives for a moment if the user's folder cannot hold it.</param>
internal sealed class LibraryCache(string? chosenFolder, string? userFolder, string temporaryFolder)
{
    public const string Variable = "LLM_NATIVE_CACHE";

    public static LibraryCache ForThisUser()
    {
        var local = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return new(
            Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen ? Path.GetFullPath(chosen) : null,
            local.Length > 0 ? Path.Combine(local, "Llm", "native") : null,
            Path.GetTempPath());
    }

    /// <summary>Loads <paramref name="content"/> from a file of this name.</summary>
    /// <exception cref="TorchNotAvailableException">No folder can hold the file.</exception>
    /// <exception cref="DllNotFoundException">The file does not load.</exception>
    public nint Load(string name, byte[] content, Func<string, nint> load)
    {
        var folder = chosenFolder ?? userFolder;
        try
        {
            if (folder is not null)
                return load(Keep(folder, name, content));
        }
        catch (Exception failure) when (chosenFolder is not null && IsRefusal(failure))
        {
            throw CannotHold(folder, failure);
        }
        catch (Exception failure) when (chosenFolder is null && (IsRefusal(failure) || failure is DllNotFoundException))
        {
            // A home that is read-only, or mounted so that nothing in it can be executed: the temporary folder may be neither.
        }

        return LoadOnce(name, content, load);
    }

    /// <summary>Writes the file, unless it is there whole, and returns its path, which holds a digest of the content.</summary>
    private static string Keep(string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(content))[..16], name);
        if (Holds(path, content))
            return path;

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A process that is loading the old file keeps it: another file comes under its name.
        AtomicFile.Write(path, file => file.Write(content));
        return path;
    }

    /// <summary>
    /// Loads from a folder of its own, which nobody else can write to, and which is gone afterwards: a loaded file needs no name.
    /// </summary>
    private nint LoadOnce(string name, byte[] content, Func<string, nint> load)
    {
        var folder = Path.Combine(temporaryFolder, $"llm-{Guid.NewGuid():N}");
        try
        {
            CreatePrivate(folder);
            var path = Path.Combine(folder, name);
            File.WriteAllBytes(path, content);
            return load(path);
        }
        catch (Exception failure) when (IsRefusal(failure))
        {
            throw CannotHold(userFolder is null ? temporaryFolder : $"{userFolder} or {temporaryFolder}", failure);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static bool Holds(string path, byte[] content) =>
        File.Exists(path) && new FileInfo(path).Length == content.Length && content.AsSpan().SequenceEqual(File.ReadAllBytes(path));

    private static bool IsRefusal(Exception failure) => failure is IOException or UnauthorizedAccessException;

    private static TorchNotAvailableException CannotHold(string? folder, Exception failure) => new(
        $"On this system torch needs a repaired copy of one of its libraries, which cannot be kept in {folder} "
        + $"({failure.Message.TrimEnd('.')}): set the environment variable {Variable} to a folder that this program may write to.",
        failure);
}
