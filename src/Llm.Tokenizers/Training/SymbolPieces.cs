namespace Llm.Tokenizers;

/// <summary>Counted pieces of a text as the ids of their smallest symbols, one after the other.</summary>
internal sealed class SymbolPieces
{
    private readonly int[] _ends;
    private readonly long[] _counts;
    private int[] _symbols;
    private int _pieces;

    /// <param name="pieces">How many pieces will come.</param>
    /// <param name="symbols">About how many symbols they have together.</param>
    public SymbolPieces(int pieces, int symbols) => (_ends, _counts, _symbols) = (new int[pieces], new long[pieces], new int[symbols]);

    public int Count => _pieces;

    /// <summary>Symbols of all pieces together.</summary>
    public int Length { get; private set; }

    /// <summary>Occurrences of all pieces together.</summary>
    public long TotalCount { get; private set; }

    public ReadOnlySpan<int> this[int piece] => _symbols.AsSpan()[(piece == 0 ? 0 : _ends[piece - 1]).._ends[piece]];

    public int EndOf(int piece) => _ends[piece];

    public int SymbolAt(int place) => _symbols[place];

    /// <summary>Symbols that may reach from one piece into the next.</summary>
    public ReadOnlySpan<int> Slice(int start, int length) => _symbols.AsSpan(start, length);

    public long CountOf(int piece) => _counts[piece];

    /// <summary>Appends a symbol to the piece that is being made.</summary>
    public void Add(int symbol)
    {
        if (Length == _symbols.Length)
            Array.Resize(ref _symbols, (int)Math.Min(Array.MaxLength, Math.Max(16, 2L * Length)));
        _symbols[Length++] = symbol;
    }

    /// <summary>Ends the piece that is being made.</summary>
    public void EndPiece(long count)
    {
        (_ends[_pieces], _counts[_pieces]) = (Length, count);
        _pieces++;
        TotalCount += count;
    }
}
