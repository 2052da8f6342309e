namespace Llm.Tokenizers;

/// <summary>
/// The ids of pieces that were merged lately, for several threads at once: a narrow part for the many short pieces of few ids, a wide one
/// for the others. Both are of fixed size.
/// </summary>
internal sealed unsafe class PieceCache
{
    private readonly NarrowPieceCache _narrow = new();
    private readonly WidePieceCache _wide = new();

    /// <summary>Writes the ids of a piece and returns their number; 0 where it is not known.</summary>
    /// <param name="piece">The piece; <see cref="UnicodeClasses.Padding"/> bytes may be read from it on, whatever its length.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="ids">Takes the ids; has room for one a byte, and for <see cref="NarrowPieceCache.MaxIds"/> at least.</param>
    public int Find(byte* piece, int length, int* ids)
    {
        if (length <= NarrowPieceCache.MaxLength && _narrow.Find(piece, length, ids) is > 0 and var count)
            return count;
        return length <= WidePieceCache.MaxLength ? _wide.Find(new ReadOnlySpan<byte>(piece, length), new Span<int>(ids, length)) : 0;
    }

    /// <summary>Keeps the ids of a piece, if it is short enough.</summary>
    public void Add(byte* piece, int length, ReadOnlySpan<int> ids)
    {
        if (length <= NarrowPieceCache.MaxLength && ids.Length <= NarrowPieceCache.MaxIds)
            _narrow.Add(piece, length, ids);
        else if (length <= WidePieceCache.MaxLength)
            _wide.Add(new ReadOnlySpan<byte>(piece, length), ids);
    }
}
