namespace Llm.Tokenizers;

/// <summary>Cuts texts and streams into pieces and counts them.</summary>
internal abstract class TextCounter : IDisposable
{
    /// <summary>Bytes of UTF-8 read so far.</summary>
    public long BytesRead { get; private protected set; }

    /// <summary>Counts the pieces of one text.</summary>
    public abstract void Add(string text);

    /// <summary>
    /// Counts the pieces of one UTF-8 text, and yields after each block; bytes that are no text count as U+FFFD, a byte order mark at its
    /// start as nothing.
    /// </summary>
    public abstract IEnumerable<long> Add(Stream utf8);

    /// <summary>All pieces, in the order of their first appearance.</summary>
    public abstract PieceCounts Finish();

    public abstract void Dispose();
}
