namespace Llm.Testing;

/// <summary>An empty folder for one test, gone with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder, outside the repository.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("llm-tests-").FullName;

    /// <summary>All files below the folder, relative to it, in order.</summary>
    public IEnumerable<string> Files =>
        Directory.GetFiles(Path, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file)).Order(StringComparer.Ordinal);

    /// <summary>A path inside the folder.</summary>
    public string Combine(params string[] path) => System.IO.Path.Combine([Path, .. path]);

    /// <summary>The path of a file with this content.</summary>
    public string Write(string name, params byte[] content)
    {
        File.WriteAllBytes(Combine(name), content);
        return Combine(name);
    }

    /// <summary>Deletes the folder and all that is in it.</summary>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
