using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>
/// Learns a Unigram vocabulary (Kudo 2018), as SentencePiece's trainer does: from many seed pieces, expectation-maximization gives each a
/// probability, and the pieces whose loss would hurt the likelihood least go, again and again, until few enough are left.
/// </summary>
internal sealed class UnigramLearner
{
    private const int Shards = 8; // a fixed number, so that sums come out alike whatever the number of threads
    private const double LeastExpected = 0.5; // pieces that are expected less often go (SentencePiece's threshold)
    private const double Reserve = 1.1; // so many times the pieces wanted are left to the last choice

    private readonly SymbolPieces _words;
    private readonly int _alphabet;
    private readonly UnigramRule _rule;
    private readonly TrainingRun _run;
    private List<UnigramPiece> _pieces; // the characters first

    private UnigramLearner(SymbolPieces words, int alphabet, UnigramRule rule, TrainingRun run)
    {
        (_words, _alphabet, _rule, _run) = (words, alphabet, rule, run);
        _pieces = UnigramSeeds.Find(words, alphabet, rule);
    }

    /// <summary>
    /// The mean log-probability of a word after each expectation step, for each vocabulary between two prunings; for tests.
    /// </summary>
    public List<List<double>> Likelihoods { get; } = [];

    /// <summary>The learned pieces, the likeliest first.</summary>
    public IReadOnlyList<UnigramPiece> Pieces => _pieces;

    /// <summary>Learns from words.</summary>
    /// <param name="words">Words as characters numbered from 0.</param>
    /// <param name="alphabet">How many different characters there are; each occurs, and each stays.</param>
    /// <param name="rule">How it learns.</param>
    /// <param name="run">Whom it tells.</param>
    public static UnigramLearner Learn(SymbolPieces words, int alphabet, UnigramRule rule, TrainingRun run)
    {
        var learner = new UnigramLearner(words, alphabet, rule, run);
        var enough = (int)Math.Max(rule.PieceCount * Reserve, alphabet);
        while (true)
        {
            learner.Likelihoods.Add([]);
            for (var i = 0; i < rule.SubIterations; i++)
                learner.Maximize(learner.Expect());
            run.ReportLearning(learner._pieces.Count - alphabet, rule.PieceCount - alphabet);
            if (learner._pieces.Count <= enough)
                break;
            learner.Prune(enough);
        }
        learner.Finish();
        return learner;
    }

    private double[] Expect()
    {
        var likelihoods = new double[Shards];
        var expected = Sum((lattice, shard, counts) =>
        {
            for (var word = shard; word < _words.Count; word += Shards)
                likelihoods[shard] += _words.CountOf(word) * lattice.Expect(_words[word], _words.CountOf(word), counts);
        });
        Likelihoods[^1].Add(likelihoods.Sum() / Math.Max(1, _words.TotalCount));
        return expected;
    }

    // Variational Bayes, as in SentencePiece: exp(digamma(c)) is less than c, above all where c is small.
    private void Maximize(double[] expected)
    {
        var kept = new List<UnigramPiece>(_pieces.Count);
        var sum = 0.0;
        for (var piece = 0; piece < _pieces.Count; piece++)
        {
            if (piece >= _alphabet && expected[piece] < LeastExpected)
                continue;
            var count = Math.Max(expected[piece], LeastExpected);
            sum += count;
            kept.Add(_pieces[piece] with { Score = Digamma.Of(count) });
        }
        var logSum = Digamma.Of(sum);
        foreach (ref var piece in CollectionsMarshal.AsSpan(kept))
            piece = piece with { Score = piece.Score - logSum };
        _pieces = kept;
    }

    // How much the likelihood would suffer if a piece were replaced by the next best way to cut it.
    private void Prune(int enough)
    {
        var lattice = new UnigramLattice(_words, new UnigramTrie(_words, _pieces), _pieces);
        var counts = CountBest();
        var sum = counts.Sum();
        var path = new List<int>();
        var losses = new List<(double Loss, int Piece)>();
        for (var piece = _alphabet; piece < _pieces.Count; piece++)
        {
            var other = lattice.FindBest(lattice.SpellingOf(piece), path, without: piece);
            if (counts[piece] == 0 || other >= _pieces[piece].Score)
                continue; // it is never used
            var logSumWithout = Math.Log(sum + counts[piece] * (path.Count - 1));
            var without = path.Sum(part => Math.Log(counts[part] + counts[piece]) - logSumWithout);
            losses.Add((counts[piece] * (Math.Log(counts[piece]) - Math.Log(sum) - without), piece));
        }
        var size = Math.Max(enough, (int)(_rule.ShrinkingFactor * _pieces.Count));
        var kept = losses.OrderByDescending(loss => loss.Loss).ThenBy(loss => loss.Piece).Take(Math.Max(0, size - _alphabet))
            .Select(loss => loss.Piece).Order();
        _pieces = [.. _pieces.Take(_alphabet), .. kept.Select(piece => _pieces[piece])];
        _run.ReportLearning(_pieces.Count - _alphabet, _rule.PieceCount - _alphabet);
    }

    // How often each piece occurs when every word is cut in the likeliest way.
    private double[] CountBest() => Sum((lattice, shard, counts) =>
    {
        var path = new List<int>();
        for (var word = shard; word < _words.Count; word += Shards)
        {
            lattice.FindBest(_words[word], path);
            foreach (var piece in path)
                counts[piece] += _words.CountOf(word);
        }
    });

    private void Finish()
    {
        var others = _pieces.Skip(_alphabet).OrderByDescending(piece => piece.Score).Take(Math.Max(0, _rule.PieceCount - _alphabet));
        _pieces = [.. _pieces.Take(_alphabet).Concat(others).OrderByDescending(piece => piece.Score)];
    }

    private double[] Sum(Action<UnigramLattice, int, double[]> count)
    {
        var trie = new UnigramTrie(_words, _pieces);
        var sums = new double[Shards][];
        var options = new ParallelOptions { MaxDegreeOfParallelism = _rule.Threads, CancellationToken = _run.CancellationToken };
        Parallel.For(0, Shards, options, shard =>
        {
            sums[shard] = new double[_pieces.Count];
            count(new UnigramLattice(_words, trie, _pieces), shard, sums[shard]);
        });
        for (var shard = 1; shard < Shards; shard++)
        {
            for (var piece = 0; piece < _pieces.Count; piece++)
                sums[0][piece] += sums[shard][piece];
        }
        return sums[0];
    }
}
