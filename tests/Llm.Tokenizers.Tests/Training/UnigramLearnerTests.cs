using CsCheck;

namespace Llm.Tokenizers.Tests;

public class UnigramLearnerTests
{
    [Fact]
    public void Find_RepeatedWord_GivesWhatDoesNotAlwaysGoOn()
    {
        var words = Words("abab", "abab", "cab");

        var seeds = UnigramSeeds.Find(words.Words, words.AlphabetSize, new UnigramRule(100));
        var few = UnigramSeeds.Find(words.Words, 3, new UnigramRule(100) { SeedCount = 4 });
        var shorter = UnigramSeeds.Find(words.Words, 3, new UnigramRule(100) { MaxPieceLength = 3 });

        // a and b five times each, c once; ab five times; bab and abab twice. ba always goes on to bab, aba to abab.
        Assert.Equal(["a", "b", "c", "ab", "abab", "bab"], seeds.Select(words.Spell));
        Assert.Equal(["a", "b", "c", "ab"], few.Select(words.Spell));
        Assert.Equal(["a", "b", "c", "ab", "aba", "bab"], shorter.Select(words.Spell));
    }

    [Fact]
    public void Find_AnyWords_GivesTheFrequentSubstringsThatEndOrBranch() =>
        Gen.String[Gen.Char["aab"], 1, 8].Array[1, 10].Sample(texts =>
        {
            var words = Words(texts);
            var found = UnigramSeeds.Find(words.Words, words.AlphabetSize, new UnigramRule(10_000) { MaxPieceLength = 5 });

            var counts = texts.SelectMany(Substrings).CountBy(text => text).ToDictionary();
            bool AlwaysGoesOn(string text) => counts.Any(longer => longer.Value == counts[text]
                && longer.Key.Length == text.Length + 1 && longer.Key.StartsWith(text, StringComparison.Ordinal));
            var expected = counts.Keys.Where(text => text.Length == 1
                || (text.Length < 5 && counts[text] >= 2 && !AlwaysGoesOn(text))
                || (text.Length == 5 && counts[text] >= 2));
            Assert.Equal(expected.Order(StringComparer.Ordinal), found.Select(words.Spell).Order(StringComparer.Ordinal));
        });

    [Fact]
    public void Expect_AnyWord_EqualsTheSumOverAllWaysToCutIt() =>
        Gen.Select(Gen.String[Gen.Char["abc"], 1, 7], Gen.Double[-6, -0.1].Array[9]).Sample((text, scores) =>
        {
            // Every substring of the word is a piece, with a score of its own.
            var words = Words("abc" + text);
            var pieces = Enumerable.Range(0, 3).Select(place => new UnigramPiece(place, 1, scores[place])).ToList();
            for (var length = 2; length <= Math.Min(3, text.Length); length++)
            {
                for (var start = 3; start + length <= 3 + text.Length; start++)
                {
                    if (pieces.All(piece => words.Spell(piece) != words.Spell(new UnigramPiece(start, length, 0))))
                        pieces.Add(new UnigramPiece(start, length, scores[(start + length) % 9]));
                }
            }
            var lattice = new UnigramLattice(words.Words, new UnigramTrie(words.Words, pieces), pieces);
            var word = words.Words.Slice(3, text.Length);
            var expected = new double[pieces.Count];
            var best = new List<int>();

            var total = lattice.Expect(word, 10, expected);
            var bestScore = lattice.FindBest(word, best);

            var ways = Ways(text, pieces.Select(words.Spell).ToList());
            double ScoreOf(List<int> way) => way.Sum(piece => pieces[piece].Score);
            var sum = ways.Sum(way => Math.Exp(ScoreOf(way)));
            Assert.Equal(Math.Log(sum), total, 1e-9);
            Assert.Equal(ways.Max(ScoreOf), bestScore, 1e-9);
            Assert.Equal(bestScore, best.Sum(piece => pieces[piece].Score), 1e-9);
            for (var piece = 0; piece < pieces.Count; piece++)
                Assert.Equal(10 * ways.Sum(way => way.Count(part => part == piece) * Math.Exp(ScoreOf(way))) / sum, expected[piece], 1e-6);
        });

    [Fact]
    public void FindBest_WithoutAPiece_TakesTheNextBestWay()
    {
        var words = Words("ab");
        List<UnigramPiece> pieces = [new(0, 1, -1), new(1, 1, -2), new(0, 2, -1.5)];
        var lattice = new UnigramLattice(words.Words, new UnigramTrie(words.Words, pieces), pieces);
        var path = new List<int>();

        Assert.Equal(-1.5, lattice.FindBest(words.Words[0], path));
        Assert.Equal([2], path);
        Assert.Equal(-3, lattice.FindBest(words.Words[0], path, without: 2));
        Assert.Equal([1, 0], path);
    }

    // digamma(1) is -gamma; digamma(x + 1) = digamma(x) + 1 / x.
    [Theory, InlineData(1, -0.57721566490153286), InlineData(0.5, -1.9635100260214235), InlineData(2, 0.42278433509846714)]
    [InlineData(10, 2.251752589066721), InlineData(1e6, 13.815510057964191)]
    public void Digamma_KnownValues_AreMet(double x, double expected) => Assert.Equal(expected, Digamma.Of(x), 1e-12);

    [Fact]
    public void Learn_Text_GetsLikelierWithEachStep()
    {
        var learned = LearnMoby(new UnigramRule(400));

        Assert.True(learned.Likelihoods.Count > 3);
        foreach (var steps in learned.Likelihoods)
            Assert.True(steps[1] > steps[0], $"{steps[0]} -> {steps[1]}");
    }

    [Theory, InlineData(60), InlineData(400), InlineData(800)]
    public void Learn_Text_EndsWithTheSizeWantedAndAllCharacters(int size)
    {
        var words = MobyWords();
        var learned = UnigramLearner.Learn(words.Words, words.AlphabetSize, new UnigramRule(size), TrainingGolden.Run());
        var pieces = learned.Pieces.Select(words.Spell).ToList();

        Assert.Equal(Math.Max(size, words.AlphabetSize), pieces.Count);
        Assert.Equal(pieces.Distinct(), pieces);
        Assert.Equal(words.AlphabetSize, pieces.Count(piece => piece.EnumerateRunes().Count() == 1));
        Assert.Equal(learned.Pieces.Select(piece => piece.Score).OrderDescending(), learned.Pieces.Select(piece => piece.Score));
        Assert.All(learned.Pieces, piece => Assert.True(piece.Score < 0));
        Assert.All(pieces, piece => Assert.True(piece.Length <= 16));
    }

    [Fact]
    public void Learn_MoreWantedThanThereIs_LearnsWhatThereIs()
    {
        var words = Words("abab", "abab", "cab");

        var learned = UnigramLearner.Learn(words.Words, words.AlphabetSize, new UnigramRule(1000), TrainingGolden.Run());

        Assert.Contains("abab", learned.Pieces.Select(words.Spell));
        Assert.InRange(learned.Pieces.Count, 4, 6);
    }

    [Fact]
    public void Learn_AnyNumberOfThreads_GivesTheSamePieces()
    {
        var one = LearnMoby(new UnigramRule(300)).Pieces;

        Assert.Equal(one, LearnMoby(new UnigramRule(300) { Threads = 2 }).Pieces);
        Assert.Equal(one, LearnMoby(new UnigramRule(300) { Threads = 5 }).Pieces);
    }

    [Fact]
    public void Words_CharactersOutsideTheAlphabet_CutAWord()
    {
        var counts = new PieceCounter();
        foreach (var word in new[] { "aab", "aaxb", "xx", "b" })
            counts.Add(word.AsSpan());

        var words = UnigramWords.From(counts.ToCounts(), limitAlphabet: 2); // a four times, b and x three times: the smaller stays

        string Spelled(int word) => string.Concat(words.Words[word].ToArray().Select(symbol => "ab"[symbol]));
        Assert.Equal(["aab", "aa", "b", "b"], Enumerable.Range(0, words.Words.Count).Select(Spelled));
    }

    [Fact]
    public void Words_LineWithoutSpaces_IsCut()
    {
        var counts = new PieceCounter();
        counts.Add(new string('a', 10_000).AsSpan());

        var words = UnigramWords.From(counts.ToCounts(), limitAlphabet: null).Words;

        Assert.Equal([4096, 4096, 1808], Enumerable.Range(0, words.Count).Select(word => words[word].Length));
    }

    private static UnigramLearner LearnMoby(UnigramRule rule)
    {
        var words = MobyWords();
        return UnigramLearner.Learn(words.Words, words.AlphabetSize, rule, TrainingGolden.Run());
    }

    private static UnigramWords MobyWords() => Words(TrainingGolden.Text("moby-dick-1.txt").Split(' '));

    private static UnigramWords Words(params string[] texts)
    {
        var counts = new PieceCounter();
        foreach (var text in texts)
            counts.Add(text.AsSpan());
        return UnigramWords.From(counts.ToCounts(), limitAlphabet: null);
    }

    private static IEnumerable<string> Substrings(string text) =>
        from start in Enumerable.Range(0, text.Length)
        from length in Enumerable.Range(1, text.Length - start)
        select text.Substring(start, length);

    private static List<List<int>> Ways(string text, List<string> pieces)
    {
        if (text.Length == 0)
            return [[]];
        return [.. pieces.Index().Where(piece => text.StartsWith(piece.Item, StringComparison.Ordinal))
            .SelectMany(piece => Ways(text[piece.Item.Length..], pieces).Select(rest => (List<int>)[piece.Index, .. rest]))];
    }
}
