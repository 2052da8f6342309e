using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Cuts texts and streams into pieces and counts them; a stream is read block by block, and needs memory for its different pieces only.
/// </summary>
internal sealed class PieceReader(SplitPattern pattern)
{
    private const int BlockLength = 1 << 20;

    // A piece that ends this far before the end of what has been read would end there whatever follows.
    private const int Lookahead = 8;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private byte[] _text = new byte[2 * BlockLength];
    private int _used;

    public PieceCounts Counts { get; } = new();

    public long BytesRead { get; private set; }

    /// <summary>Counts the pieces of one text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        Append(text);
        CountPieces(isLast: true);
    }

    /// <summary>
    /// Counts the pieces of one UTF-8 text; bytes that are no text count as U+FFFD, a byte order mark at its start as nothing.
    /// </summary>
    public IEnumerable<long> Add(Stream utf8)
    {
        var bytes = new byte[BlockLength];
        var chars = new char[BlockLength + 1];
        var isFirst = true;
        int read;
        do
        {
            read = utf8.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var block = isFirst && bytes.AsSpan(0, read).StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3, read - 3) : bytes.AsSpan(0, read);
            isFirst = false;
            var isLast = read < bytes.Length;
            Append(chars.AsSpan(0, _decoder.GetChars(block, chars, flush: isLast)));
            CountPieces(isLast);
            yield return BytesRead;
        }
        while (read == bytes.Length);
    }

    private void Append(ReadOnlySpan<char> text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var needed = checked(_used + length + UnicodeClasses.Padding);
        if (needed > _text.Length)
            Array.Resize(ref _text, Math.Max(needed, 2 * _text.Length));
        Encoding.UTF8.GetBytes(text, _text.AsSpan(_used));
        _used += length;
        BytesRead += length;
        _text.AsSpan(_used, UnicodeClasses.Padding).Clear();
    }

    private unsafe void CountPieces(bool isLast)
    {
        Span<int> lengths = stackalloc int[256];
        var done = 0;
        var certain = isLast ? _used : _used - Lookahead;
        fixed (byte* text = _text)
        {
            while (done < certain)
            {
                var start = done;
                foreach (var length in lengths[..pattern.Split(text + done, text + _used, lengths)])
                {
                    if (done + length > certain)
                        break;
                    Counts.Add(new ReadOnlySpan<byte>(text + done, length));
                    done += length;
                }
                if (done == start)
                    break;
            }
        }
        _text.AsSpan(done, _used - done).CopyTo(_text);
        _used -= done;
    }
}
