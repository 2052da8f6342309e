using System.IO.MemoryMappedFiles;
using System.Numerics;

namespace Llm.Training;

/// <summary>Ids in a file, brought into memory by the operating system as they are read.</summary>
internal sealed class MappedTokens : ITokenStorage
{
    private const int PieceLength = 1024;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly TokenWidth _width;

    public MappedTokens(string path, TokenWidth width)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Enum.IsDefined(width))
            throw new ArgumentOutOfRangeException(nameof(width), width, "An id takes two or four bytes.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no token file '{path}'. Write one with TokenData.Write, or check the path.", path);
        var size = new FileInfo(path).Length;
        if (size == 0)
            throw new InvalidDataException($"'{path}' is empty: it holds no ids. Write it again with TokenData.Write.");
        if (size % (int)width != 0)
        {
            throw new InvalidDataException(
                $"'{path}' has {size} bytes, which is not a whole number of {(int)width}-byte ids. "
                + "It is cut short, or is not a token file.");
        }
        _width = width;
        Length = size / (int)width;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, size, MemoryMappedFileAccess.Read);
    }

    public long Length { get; }

    public void Read(long start, Span<long> ids)
    {
        if (_width == TokenWidth.TwoBytes)
            Read<ushort>(start, ids);
        else
            Read<uint>(start, ids);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Read<T>(long start, Span<long> ids) where T : unmanaged, IBinaryInteger<T>
    {
        Span<T> piece = stackalloc T[PieceLength];
        for (var done = 0; done < ids.Length; done += PieceLength)
        {
            var part = piece[..Math.Min(PieceLength, ids.Length - done)];
            _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)((start + done) * (int)_width), part);
            for (var i = 0; i < part.Length; i++)
                ids[done + i] = long.CreateTruncating(part[i]);
        }
    }
}
