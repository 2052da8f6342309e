namespace Llm.Tokenizers;

/// <summary>All ways to cut a word into pieces, and their probabilities. Keeps its memory from word to word; for one thread.</summary>
internal sealed class UnigramLattice(SymbolPieces words, UnigramTrie trie, IReadOnlyList<UnigramPiece> pieces)
{
    private readonly List<Edge> _edges = []; // by where they start
    private double[] _before = []; // log of the probability of all ways from the start of the word to a place
    private double[] _after = [];  // and from there to its end
    private int[] _best = [];

    /// <summary>
    /// Adds how often each piece is to be expected in a word that occurs <paramref name="weight"/> times, and returns the log of the word's
    /// probability. (The expectation step, forward-backward.)
    /// </summary>
    public double Expect(ReadOnlySpan<int> word, long weight, double[] expected)
    {
        FindEdges(word, UnigramTrie.None);
        Reserve(word.Length);
        _before.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        _after.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        (_before[0], _after[word.Length]) = (0, 0);
        foreach (var (start, end, piece) in _edges)
            _before[end] = LogAdd(_before[end], _before[start] + pieces[piece].Score);
        for (var i = _edges.Count - 1; i >= 0; i--)
        {
            var (start, end, piece) = _edges[i];
            _after[start] = LogAdd(_after[start], _after[end] + pieces[piece].Score);
        }
        var all = _before[word.Length];
        foreach (var (start, end, piece) in _edges)
            expected[piece] += weight * Math.Exp(_before[start] + pieces[piece].Score + _after[end] - all);
        return all;
    }

    /// <summary>
    /// Writes the pieces of the likeliest way to cut a word, from the last to the first, into <paramref name="path"/>, and returns the log
    /// of its probability. (Viterbi.)
    /// </summary>
    /// <param name="word">The word.</param>
    /// <param name="path">Takes the pieces; empty where there is no way.</param>
    /// <param name="without">A piece that must not be used, or <see cref="UnigramTrie.None"/>.</param>
    public double FindBest(ReadOnlySpan<int> word, List<int> path, int without = UnigramTrie.None)
    {
        FindEdges(word, without);
        Reserve(word.Length);
        _before.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        _before[0] = 0;
        for (var i = 0; i < _edges.Count; i++)
        {
            var score = _before[_edges[i].Start] + pieces[_edges[i].Piece].Score;
            if (score > _before[_edges[i].End])
                (_before[_edges[i].End], _best[_edges[i].End]) = (score, i);
        }
        path.Clear();
        var all = _before[word.Length];
        for (var place = double.IsNegativeInfinity(all) ? 0 : word.Length; place > 0; place = _edges[_best[place]].Start)
            path.Add(_edges[_best[place]].Piece);
        return all;
    }

    /// <summary>The characters of a piece.</summary>
    public ReadOnlySpan<int> SpellingOf(int piece) => words.Slice(pieces[piece].Start, pieces[piece].Length);

    private void FindEdges(ReadOnlySpan<int> word, int without)
    {
        _edges.Clear();
        for (var start = 0; start < word.Length; start++)
        {
            var node = UnigramTrie.Root;
            for (var end = start; end < word.Length; end++)
            {
                node = trie.Follow(node, word[end]);
                if (node == UnigramTrie.None)
                    break;
                if (trie.PieceAt(node) is >= 0 and var piece && piece != without)
                    _edges.Add(new Edge(start, end + 1, piece));
            }
        }
    }

    private void Reserve(int length)
    {
        if (length < _before.Length)
            return;
        var size = Math.Max(64, 2 * length + 1);
        (_before, _after, _best) = (new double[size], new double[size], new int[size]);
    }

    private static double LogAdd(double left, double right)
    {
        var (more, less) = left > right ? (left, right) : (right, left);
        return less < more - 50 ? more : more + Math.Log(1 + Math.Exp(less - more)); // beyond 50 a double does not change
    }

    private readonly record struct Edge(int Start, int End, int Piece);
}
