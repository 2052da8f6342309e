using System.Text;

namespace Llm.Models;

/// <summary>Writes files so that a reader sees the old content or the new, never a part.</summary>
public static class AtomicFile
{
    /// <summary>Writes to a temporary name in the same folder, flushes it to the disk and moves it over <paramref name="path"/>.</summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="write">Writes the content. Whatever it throws, the temporary file is removed and the old file stays as it was.</param>
    /// <exception cref="IOException">The folder is missing or not writable, or the disk is full; the message names the path.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        using var file = Stage(path, write);
        file.Commit();
    }

    /// <summary>Writes a text in UTF-8, as <see cref="Write"/> does.</summary>
    /// <exception cref="IOException">The folder is missing or not writable, or the disk is full; the message names the path.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>The first half of <see cref="Write"/>: the content is on the disk, under a temporary name.</summary>
    internal static StagedFile Stage(string path, Action<Stream> write)
    {
        var file = new StagedFile(path);
        try
        {
            file.Write(write);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal sealed class StagedFile(string path) : IDisposable
    {
        private readonly string _temporary = Path.Combine(
            Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", $".{Path.GetRandomFileName()}.tmp");

        public void Write(Action<Stream> write) => Guard(() =>
        {
            using var stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            write(stream);
            stream.Flush(flushToDisk: true);
        });

        public void Commit() => Guard(() => File.Move(_temporary, path, overwrite: true));

        // A failure on the way out must not hide the one that led here.
        public void Dispose()
        {
            try
            {
                File.Delete(_temporary);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
            }
        }

        private void Guard(Action action)
        {
            try
            {
                action();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                var old = File.Exists(path) ? " The file that was there is unchanged." : "";
                throw new IOException($"'{path}' cannot be written: {exception.Message}{old}", exception);
            }
        }
    }
}
