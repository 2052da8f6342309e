namespace Llm.Training;

/// <summary>
/// Writes folders so that whoever opens one sees all of the old or all of the new, also after the process was killed in between.
/// </summary>
/// <remarks>
/// No system can replace a full folder by another in one operation. The old one is therefore moved aside, the new one into its place, and
/// the old one deleted; <see cref="Recover"/> moves it back if the process ended between the first two. One process writes at a time.
/// </remarks>
internal static class AtomicFolder
{
    private const string TemporaryPrefix = ".checkpoint-";

    public static void Write(string folder, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var parent = Path.GetDirectoryName(path)
            ?? throw new ArgumentException($"'{folder}' is the root of a disk, which cannot be replaced.", nameof(folder));
        string? temporary = null;
        try
        {
            Directory.CreateDirectory(parent);
            Recover(path);
            foreach (var left in Directory.GetDirectories(parent, TemporaryPrefix + "*"))
                Directory.Delete(left, recursive: true);
            temporary = Directory.CreateDirectory(Path.Combine(parent, TemporaryPrefix + Path.GetRandomFileName())).FullName;
            write(temporary);
            Flush(temporary);
            Replace(path, temporary);
        }
        catch (Exception exception)
        {
            DeleteQuietly(temporary);
            if (exception is not (IOException or UnauthorizedAccessException))
                throw;
            throw new IOException(
                $"The checkpoint '{folder}' cannot be written: {exception.Message} What was there before is unchanged.", exception);
        }
    }

    /// <summary>Undoes a replacement that was cut off half-way.</summary>
    public static void Recover(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(path) && Directory.Exists(Aside(path)))
            Directory.Move(Aside(path), path);
    }

    /// <summary>Deletes a folder, which is never seen with a part of its files.</summary>
    public static void Delete(string path)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, TemporaryPrefix + Path.GetRandomFileName());
        Directory.Move(path, temporary);
        Directory.Delete(temporary, recursive: true);
    }

    private static void Replace(string path, string temporary)
    {
        if (!Directory.Exists(path))
        {
            Directory.Move(temporary, path);
            return;
        }
        if (Directory.Exists(Aside(path)))
            Delete(Aside(path));
        Directory.Move(path, Aside(path));
        try
        {
            Directory.Move(temporary, path);
        }
        catch
        {
            Recover(path);
            throw;
        }
        Delete(Aside(path));
    }

    private static string Aside(string path) => Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.old");

    private static void Flush(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }
    }

    // A failure on the way out must not hide the one that led here.
    private static void DeleteQuietly(string? folder)
    {
        try
        {
            if (folder is not null)
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
