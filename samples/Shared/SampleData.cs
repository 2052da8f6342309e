namespace Llm.Samples;

/// <summary>Finds the files that the samples bring along.</summary>
internal static class SampleData
{
    /// <summary>Path of a file or folder in samples/Data, whatever the current folder is.</summary>
    /// <exception cref="FileNotFoundException">No folder above the program has it.</exception>
    public static string Path(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine(folder.FullName, "samples", "Data", name);
            if (File.Exists(path) || Directory.Exists(path))
                return path;
        }
        throw new FileNotFoundException(
            $"There is no samples/Data/{name} above {AppContext.BaseDirectory}. Run the sample from a clone of the repository.");
    }
}
