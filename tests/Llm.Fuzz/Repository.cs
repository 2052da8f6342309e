namespace Llm.Fuzz;

/// <summary>Where the seeds lie.</summary>
internal static class Repository
{
    private static readonly string Root = Find();

    public static string Golden => Path.Combine(Root, "tests", "Golden");

    /// <summary>Files of a folder beside the repository that may be missing.</summary>
    public static string[] Shared(params string[] folders)
    {
        var folder = Path.GetFullPath(Path.Combine([Root, "..", "shared", .. folders]));
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
    }

    private static string Find()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Llm.sln")))
            root = root.Parent ?? throw new InvalidOperationException("Run the fuzzer within the repository, where its seeds lie.");
        return root.FullName;
    }
}
