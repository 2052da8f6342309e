using System.Numerics;

namespace Llm.Tokenizers;

/// <summary>Finds the pieces that begin at a place of a word: a tree of characters, its branches in one hash table.</summary>
internal sealed class UnigramTrie
{
    public const int Root = 0;
    public const int None = -1;

    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 / golden ratio

    private readonly List<int> _pieces = [None]; // node -> the piece that ends there, or None
    private (ulong Key, int Child)[] _branches; // node << 32 | character -> node; no child is the root, so 0 is empty
    private int _shift;

    public UnigramTrie(SymbolPieces words, IReadOnlyList<UnigramPiece> pieces)
    {
        Allocate(Math.Max(16, 2 * pieces.Count));
        for (var piece = 0; piece < pieces.Count; piece++)
        {
            var node = Root;
            foreach (var symbol in words.Slice(pieces[piece].Start, pieces[piece].Length))
                node = AddBranch(node, symbol);
            _pieces[node] = piece;
        }
    }

    /// <summary>The piece that ends at a node, or <see cref="None"/>.</summary>
    public int PieceAt(int node) => _pieces[node];

    /// <summary>The node that a character leads to, or <see cref="None"/>.</summary>
    public int Follow(int node, int symbol)
    {
        var at = Find((ulong)(uint)node << 32 | (uint)symbol);
        return _branches[at].Child == Root ? None : _branches[at].Child;
    }

    private int AddBranch(int node, int symbol)
    {
        var key = (ulong)(uint)node << 32 | (uint)symbol;
        var at = Find(key);
        if (_branches[at].Child != Root)
            return _branches[at].Child;
        _branches[at] = (key, _pieces.Count);
        _pieces.Add(None);
        if (2 * _pieces.Count > _branches.Length)
            Grow();
        return _pieces.Count - 1;
    }

    private int Find(ulong key)
    {
        var at = (int)(key * Multiplier >> _shift);
        while (_branches[at].Child != Root && _branches[at].Key != key)
            at = (at + 1) & (_branches.Length - 1);
        return at;
    }

    private void Grow()
    {
        var old = _branches;
        Allocate(2 * old.Length);
        foreach (var branch in old)
        {
            if (branch.Child != Root)
                _branches[Find(branch.Key)] = branch;
        }
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_branches))]
    private void Allocate(int size)
    {
        var bits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)size));
        (_branches, _shift) = (new (ulong, int)[1 << bits], 64 - bits);
    }
}
