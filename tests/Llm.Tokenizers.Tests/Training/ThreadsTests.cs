using System.Text;

namespace Llm.Tokenizers.Tests;

/// <summary>The law of every trainer: what it learns does not depend on how many threads it has, nor on how the text is fed.</summary>
public class ThreadsTests
{
    // Longer than several blocks, with places to cut at and long stretches without.
    private static readonly string Text = MakeText(seed: 7, length: 2_200_000);

    [Theory, InlineData(BpeTrainingRule.HuggingFace, "gpt2"), InlineData(BpeTrainingRule.Minbpe, "gpt2")]
    [InlineData(BpeTrainingRule.RustBpe, "cl100k"), InlineData(BpeTrainingRule.Minbpe, "cl100k")]
    public void Train_AnyNumberOfThreads_LearnsTheSameMerges(BpeTrainingRule rule, string pattern)
    {
        var chosen = pattern == "gpt2" ? SplitPattern.Gpt2 : SplitPattern.Cl100k;
        var texts = new[] { Text, "one more text", Text[..100_000] };
        BpeMerge[] Learn(int threads) =>
            new BpeTrainer(new BpeTrainerOptions { VocabSize = 600, Rule = rule, Pattern = chosen, Threads = threads })
                .Train(texts).Learned.Merges;

        var one = Learn(1);

        Assert.Equal(one, Learn(2));
        Assert.Equal(one, Learn(3));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(4)]
    public void Finish_StreamInAnyNumberOfThreads_CountsWhatTheWholeTextHas(int threads)
    {
        var expected = Count(threads: 1, reader => reader.Add(Text));

        var counted = Count(threads, reader => ReadAll(reader, Encoding.UTF8.GetBytes(Text)));

        Assert.Equal(expected, counted);
    }

    [Fact]
    public void Finish_SpacesAcrossTheEndOfABlock_AreCutAsInTheWholeText()
    {
        // What cl100k makes of a line end depends on whether another one follows behind any number of spaces.
        foreach (var spaces in new[] { 5, 9, 40, 3000 })
        {
            string[] pieces =
                [new('x', (1 << 20) - 7), "\n" + new string(' ', spaces) + "\n", " ", " y" + new string('z', 1 << 20)];
            var whole = new PieceCounter();
            foreach (var piece in pieces)
                whole.Add(piece.AsSpan());

            Assert.Equal(
                [.. whole.ToCounts().ToWords()],
                Count(threads: 2, reader => reader.Add(string.Concat(pieces)), SplitPattern.Cl100k));
        }
    }

    [Fact]
    public void Add_BytesThatAreNoText_CountAsReplacementCharacters()
    {
        byte[] bytes = [.. "a "u8, 0xFF, .. " b"u8, 0xE2, 0x82];
        var expected = Count(threads: 1, reader => reader.Add("a \uFFFD b\uFFFD"));

        Assert.Equal(expected, Count(threads: 1, reader => ReadAll(reader, bytes)));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void Finish_PatternOfOnesOwn_CutsLongTextsAtLineEnds(int threads)
    {
        var line = "one two  three\n";
        var text = string.Concat(Enumerable.Repeat(line, 100_000));
        var pattern = SplitPattern.FromRegex(@"[a-z]+|[^a-z]+");

        var whole = Count(threads, reader => reader.Add(text), pattern);
        using var cutting = new PieceReader(pattern, threads, longestUncut: 500_000);
        ReadAll(cutting, Encoding.UTF8.GetBytes(text));
        var cut = cutting.Finish().ToWords().ToList();

        Assert.Equal([("one", 100_000), (" ", 100_000), ("two", 100_000), ("  ", 100_000), ("three", 100_000), ("\n", 100_000)], whole);
        Assert.Equal(whole, cut);
    }

    [Fact]
    public void Finish_LongTextWithoutLineEnds_IsCutBetweenCharacters()
    {
        using var reader = new PieceReader(SplitPattern.FromRegex("é|."), threads: 1, longestUncut: 999_999);

        reader.Add(new string('é', 3 << 20));

        Assert.Equal([("é", 3 << 20)], reader.Finish().ToWords());
    }

    [Theory, InlineData(1), InlineData(3)]
    public void Train_WordsAndCharacters_AreTheSameFromStringsAndStreams(int threads)
    {
        var stream = () => new MemoryStream(Encoding.UTF8.GetBytes(Text));
        var characters = new CharTrainer(new CharTrainerOptions { Threads = threads });
        var words = new WordTrainer(new WordTrainerOptions { Threads = threads, VocabSize = 500 });

        Assert.Equal(CharTokenizer.FromText(Text).Tokens(), characters.Train([stream()]).Tokens());
        Assert.Equal(characters.Train([Text]).Tokens(), characters.Train([stream()]).Tokens());
        Assert.Equal(words.Train(Text.Split('\n')).Tokens(), words.Train([stream()]).Tokens());
    }

    private static List<(string Text, long Count)> Count(int threads, Action<PieceReader> add, SplitPattern? pattern = null)
    {
        using var reader = new PieceReader(pattern ?? SplitPattern.Gpt2, threads);
        add(reader);
        return [.. reader.Finish().ToWords()];
    }

    private static void ReadAll(PieceReader reader, byte[] utf8) => Assert.Equal(utf8.Length, reader.Add(new MemoryStream(utf8)).Last());

    private static string MakeText(int seed, int length)
    {
        var random = new Random(seed);
        var text = new StringBuilder(length);
        string[] kinds =
            ["the", " whale", "\n", "\r\n\n", "  ", "    \n", "it's", "漢字", " 🚀", "é", "12345", "!!", ".\n/", " Ünïcode", "\t"];
        while (text.Length < length)
        {
            if (random.Next(100_000) == 0)
                text.Append('漢', 300_000); // no place to cut at in a whole block
            else if (random.Next(5) == 0)
                text.Append((char)('a' + random.Next(26)), random.Next(1, 4));
            else
                text.Append(kinds[random.Next(kinds.Length)]);
        }
        return text.ToString();
    }
}
