namespace Llm.Tokenizers;

/// <summary>Bytes while a text is transcoded or decoded. Each thread keeps one for its next call.</summary>
internal sealed class ByteBuffer : IDisposable
{
    private const int MaxKept = 1 << 22; // bytes; a longer buffer is left to the garbage collector

    [ThreadStatic]
    private static ByteBuffer? _kept;

    private byte[] _bytes = new byte[4096];
    private int _count;

    private ByteBuffer()
    {
    }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public static ByteBuffer Rent()
    {
        var buffer = _kept ?? new ByteBuffer();
        _kept = null;
        buffer._count = 0;
        return buffer;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _count += bytes.Length;
    }

    /// <summary>Room for <paramref name="count"/> more bytes; <see cref="Advance"/> says how many were written.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_count + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_count + count, 2 * _bytes.Length));
        return _bytes.AsSpan(_count, count);
    }

    public void Advance(int count) => _count += count;

    public void Clear() => _count = 0;

    public void Dispose()
    {
        if (_bytes.Length <= MaxKept)
            _kept = this;
    }
}
