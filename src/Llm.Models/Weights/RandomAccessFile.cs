using Microsoft.Win32.SafeHandles;

namespace Llm.Models;

/// <summary>
/// A file read at any place, by any thread. Reads are positional: unlike a mapping, a file that another process cuts short
/// gives an exception and not the end of this process, and the bytes go straight from the page cache into the tensor.
/// </summary>
internal sealed class RandomAccessFile : IDisposable
{
    private const int LargestRead = 1 << 30;
    private readonly SafeFileHandle _handle;
    private readonly Lazy<FileMapping> _mapping;

    public RandomAccessFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = RandomAccess.GetLength(_handle);
        _mapping = new Lazy<FileMapping>(() => new FileMapping(_handle));
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>The file in memory, mapped when first asked for.</summary>
    public FileMapping Mapping => _mapping.Value;

    /// <summary>Fills the whole span.</summary>
    /// <exception cref="InvalidDataException">The file ends before the span does.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var count = RandomAccess.Read(_handle, destination[..Math.Min(destination.Length, LargestRead)], offset);
            if (count == 0)
                throw new InvalidDataException($"{Path}: it ends at byte {offset}, inside its data. Was it cut short while it was read?");
            destination = destination[count..];
            offset += count;
        }
    }

    public void Dispose()
    {
        if (_mapping.IsValueCreated)
            _mapping.Value.Dispose();
        _handle.Dispose();
    }
}
