using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>Counted pieces of a text as numbers of their smallest symbols, one after the other.</summary>
internal sealed class SymbolPieces
{
    private readonly List<int> _symbols;
    private readonly List<int> _ends = [];
    private readonly List<long> _counts = [];

    /// <param name="capacity">About how many symbols will come.</param>
    public SymbolPieces(int capacity) => _symbols = new List<int>(capacity);

    /// <summary>How many pieces there are.</summary>
    public int Count => _ends.Count;

    /// <summary>Symbols of all pieces together.</summary>
    public int Length => _symbols.Count;

    /// <summary>Occurrences of all pieces together.</summary>
    public long TotalCount { get; private set; }

    /// <summary>The symbols of a piece.</summary>
    public ReadOnlySpan<int> this[int piece] => Slice(StartOf(piece), EndOf(piece) - StartOf(piece));

    public int StartOf(int piece) => piece == 0 ? 0 : _ends[piece - 1];

    public int EndOf(int piece) => _ends[piece];

    public long CountOf(int piece) => _counts[piece];

    public int SymbolAt(int place) => _symbols[place];

    /// <summary>Symbols that stand in a row.</summary>
    public ReadOnlySpan<int> Slice(int start, int length) => CollectionsMarshal.AsSpan(_symbols).Slice(start, length);

    /// <summary>Appends a symbol to the piece that is being made.</summary>
    public void Add(int symbol) => _symbols.Add(symbol);

    /// <summary>Ends the piece that is being made; one without symbols counts as none.</summary>
    /// <param name="count">How often it occurs.</param>
    public void EndPiece(long count)
    {
        if (Count > 0 ? _ends[^1] == Length : Length == 0)
            return;
        _ends.Add(Length);
        _counts.Add(count);
        TotalCount += count;
    }
}
