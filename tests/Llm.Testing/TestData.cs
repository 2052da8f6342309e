namespace Llm.Testing;

/// <summary>Where tests find their data.</summary>
public static class TestData
{
    /// <summary>The repository's root: the folder with Llm.sln.</summary>
    public static string RepositoryRoot { get; } = FindAbove("Llm.sln", File.Exists)
        ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Llm.sln.");

    /// <summary>A file or folder of the golden data that the repository carries, in tests/Golden.</summary>
    public static string Golden(params string[] path) => Path.Combine([RepositoryRoot, "tests", "Golden", .. path]);

    /// <summary>
    /// A file or folder of the shared data that may lie beside the repository, or null where there is none: the test then skips.
    /// </summary>
    public static string? Shared(params string[] path)
    {
        var found = Path.Combine([Path.GetDirectoryName(RepositoryRoot)!, "shared", .. path]);
        return File.Exists(found) || Directory.Exists(found) ? found : null;
    }

    private static string? FindAbove(string name, Func<string, bool> exists)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (exists(Path.Combine(folder.FullName, name)))
                return folder.FullName;
        }
        return null;
    }
}
