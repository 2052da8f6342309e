using System.Text;
using System.Text.Json;
using CsCheck;

namespace Llm.Tokenizers.Tests;

public class BpeTrainerTests
{
    public static TheoryData<int> HuggingFaceCases =>
        [.. TrainingGolden.Cases("hf_bpe.json").Index().Where(c => TrainingGolden.IsByteLevel(c.Item)).Select(c => c.Index)];

    public static TheoryData<int> MinbpeCases => [.. Enumerable.Range(0, TrainingGolden.Cases("minbpe.json").Count)];

    public static TheoryData<int> RustRuleCases => [.. Enumerable.Range(0, TrainingGolden.Cases("rust_rule.json").Count)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(HuggingFaceCases))]
    public void Train_HuggingFaceRule_EqualsGolden(int index)
    {
        var golden = TrainingGolden.Cases("hf_bpe.json")[index];
        var options = golden.GetProperty("options");

        var tokenizer = new BpeTrainer(new BpeTrainerOptions
        {
            VocabSize = options.GetProperty("vocab_size").GetInt32(),
            MinFrequency = Math.Max(1, options.TryGetProperty("min_frequency", out var min) ? min.GetInt32() : 1),
            Pattern = PatternOf(golden),
            Alphabet = options.Has("initial_alphabet") ? ByteAlphabet.All : ByteAlphabet.Seen,
            MaxTokenLength = options.TryGetProperty("max_token_length", out var max) ? max.GetInt32() - 1 : null,
            SpecialTokens = [.. options.GetProperty("special_tokens").EnumerateArray().Select(token => token.GetString()!)],
        }).Train(TrainingGolden.Texts(golden), cancellationToken: Cancellation);

        Assert.Equal(golden.GetProperty("vocab").Strings(), tokenizer.Tokens());
        Assert.Equal(golden.GetProperty("merges").EnumerateArray().Select(merge => $"{merge[0]} {merge[1]}"), MergesOf(tokenizer));
    }

    [Theory, MemberData(nameof(MinbpeCases))]
    public void Train_MinbpeRule_EqualsGolden(int index) =>
        CompareMerges(TrainingGolden.Cases("minbpe.json")[index], BpeTrainingRule.Minbpe);

    [Theory, MemberData(nameof(RustRuleCases))]
    public void Train_RustRule_EqualsGolden(int index) =>
        CompareMerges(TrainingGolden.Cases("rust_rule.json")[index], BpeTrainingRule.RustBpe);

    [Theory, InlineData(BpeTrainingRule.HuggingFace), InlineData(BpeTrainingRule.RustBpe), InlineData(BpeTrainingRule.Minbpe)]
    public void Train_AnyText_EqualsCountingEverythingAnew(BpeTrainingRule rule)
    {
        var words = Gen.String[Gen.Char["aab"], 1, 9].Array[1, 12].Select(words => string.Join(' ', words));
        Gen.Select(words, Gen.Bool, Gen.Int[1, 3]).Sample((text, split, minFrequency) =>
        {
            var options = new BpeTrainerOptions
            {
                VocabSize = 290,
                MinFrequency = minFrequency,
                Rule = rule,
                SpecialTokens = ["<s>"],
                Pattern = split ? SplitPattern.Gpt2 : SplitPattern.None,
            };
            var tokenizer = new BpeTrainer(options).Train([text]);
            Assert.Equal(PlainBpe.Learn(text, split, rule, 290 - 257, minFrequency), MergesOf(tokenizer));
        });
    }

    [Fact]
    public void Train_TextsFilesAndStreams_LearnTheSame()
    {
        var paths = new[] { "moby-dick-1.txt", "mixed.txt", "moby-dick-132.txt" }.Select(name => TrainingGolden.PathOf(name)).ToArray();
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabSize = 500 });

        var fromTexts = trainer.Train(paths.Select(path => File.ReadAllText(path)), cancellationToken: Cancellation);
        var fromFiles = trainer.TrainFromFiles(paths, cancellationToken: Cancellation);

        Assert.Equal(MergesOf(fromTexts), MergesOf(fromFiles));
    }

    [Theory, InlineData((1 << 20) + 1), InlineData(3 << 19)]
    public void Train_StreamLargerThanABlock_LearnsWhatTheWholeTextGives(int length)
    {
        // Pieces of all kinds lie across the ends of the blocks that are read at a time: words, spaces, letters of several bytes, one
        // long word.
        var words = string.Concat(Enumerable.Repeat("naïve  words\r\n\n   and 漢字 it's 12345 🚀🚀 ", length / 40 / 2));
        var text = words + new string('x', length / 3) + string.Concat(Enumerable.Repeat("\n ", length / 6));
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabSize = 330, Pattern = SplitPattern.Cl100k });

        var fromText = trainer.Train([text], cancellationToken: Cancellation);
        var fromStream = trainer.Train([new MemoryStream(Encoding.UTF8.GetBytes(text))], cancellationToken: Cancellation);

        Assert.Equal(MergesOf(fromText), MergesOf(fromStream));
    }

    [Fact]
    public void Train_ByteOrderMark_IsNotText()
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabSize = 258, MinFrequency = 1 });

        var tokenizer = trainer.Train([new MemoryStream([0xEF, 0xBB, 0xBF, (byte)'a', (byte)'b'])], cancellationToken: Cancellation);

        Assert.Equal(["a b"], MergesOf(tokenizer));
    }

    [Fact]
    public void Train_EveryText_ComesBackFromItsIds()
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabSize = 300 });

        var tokenizer = trainer.Train(["only ascii here"], cancellationToken: Cancellation);

        Gen.String.Sample(text => Assert.Equal(
            Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), tokenizer.Decode(tokenizer.Encode(text))));
    }

    [Fact]
    public void Train_TextRunsOutOfPairs_StopsWithASmallerVocabulary()
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabSize = 1000, MinFrequency = 1 });

        var tokenizer = trainer.Train(["abab"], cancellationToken: Cancellation);

        Assert.Equal(259, tokenizer.VocabSize); // the special token, 256 bytes, ab, abab
        Assert.Equal(257, new BpeTrainer().Train(Array.Empty<string>(), cancellationToken: Cancellation).VocabSize);
    }

    [Theory, InlineData(BpeTrainingRule.HuggingFace, 0), InlineData(BpeTrainingRule.RustBpe, 258), InlineData(BpeTrainingRule.Minbpe, 258)]
    public void Train_SpecialTokens_StandWhereTheRulePutsThem(BpeTrainingRule rule, int first)
    {
        var options = new BpeTrainerOptions { VocabSize = 260, MinFrequency = 1, Rule = rule, SpecialTokens = ["<|bos|>", "<|eos|>"] };

        var tokenizer = new BpeTrainer(options).Train(["abab"], cancellationToken: Cancellation);

        Assert.Equal([new AddedToken("<|bos|>", first), new AddedToken("<|eos|>", first + 1)], tokenizer.AddedTokens);
        Assert.Equal(260, tokenizer.VocabSize);
        Assert.Equal("<|bos|>ab<|eos|>", tokenizer.Decode(tokenizer.Encode("<|bos|>ab<|eos|>", SpecialTokenPolicy.Allow)));
    }

    [Fact]
    public void Train_MergeSpellsASpecialToken_IsNotLearned()
    {
        var options = new BpeTrainerOptions { VocabSize = 300, MinFrequency = 1, SpecialTokens = ["ab"] };

        var tokenizer = new BpeTrainer(options).Train(["abab"], cancellationToken: Cancellation);

        Assert.DoesNotContain("a b", MergesOf(tokenizer));
        Assert.DoesNotContain(0, tokenizer.Encode("abab"));
    }

    [Fact]
    public void Train_Progress_ReportsReadingThenEveryMerge()
    {
        var reports = new Reports();
        var text = File.ReadAllBytes(TrainingGolden.PathOf("moby-dick-1.txt"));

        new BpeTrainer(new BpeTrainerOptions { VocabSize = 600 }).Train([new MemoryStream(text)], reports, Cancellation);

        Assert.Equal(new TokenizerTrainingProgress(text.Length, 0, 0), reports.All[0]);
        Assert.Equal(new TokenizerTrainingProgress(text.Length, 343, 343), reports.All[^1]);
    }

    [Fact]
    public void Train_Cancelled_Stops()
    {
        var trainer = new BpeTrainer();
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => trainer.Train(["some text"], cancellationToken: source.Token));
        Assert.Throws<OperationCanceledException>(() => trainer.Train([new MemoryStream([65, 66])], cancellationToken: source.Token));
    }

    [Fact]
    public void Constructor_OptionsThatContradict_SaysWhatIsAllowed()
    {
        Assert.Contains("VocabSize is 256, but must be from 257 (256 bytes and 1 special tokens)", Fails(new() { VocabSize = 256 }));
        Assert.Contains("MinFrequency is 0", Fails(new() { MinFrequency = 0 }));
        Assert.Contains("names a token twice", Fails(new() { SpecialTokens = ["<s>", "<s>"] }));
        Assert.Contains("has no name", Fails(new() { SpecialTokens = [""] }));
        Assert.Contains("is not a training rule", Fails(new() { Rule = (BpeTrainingRule)7 }));

        static string Fails(BpeTrainerOptions options) => Assert.ThrowsAny<ArgumentException>(() => new BpeTrainer(options)).Message;
    }

    [Fact]
    public void Train_LongPieces_TakesNearlyLinearTime()
    {
        // Without a split the whole text is one piece; a trainer that rewrites pieces would need a second for every merge here.
        var random = new Random(1);
        var text = new string([.. Enumerable.Range(0, 400_000).Select(_ => (char)('a' + random.Next(26)))]);
        var options = new BpeTrainerOptions { VocabSize = 4000, Pattern = SplitPattern.None };

        Assert.Equal(4000, new BpeTrainer(options).Train([text], cancellationToken: Cancellation).VocabSize);
    }

    private static void CompareMerges(JsonElement golden, BpeTrainingRule rule)
    {
        var tokenizer = new BpeTrainer(new BpeTrainerOptions
        {
            VocabSize = golden.GetProperty("vocab_size").GetInt32(),
            MinFrequency = 1,
            SpecialTokens = [],
            Rule = rule,
            Pattern = golden.GetProperty("pattern").GetString() is { } regex ? SplitPattern.FromRegex(regex)
                : golden.Has("trainer") && golden.Text("trainer") == "RegexTokenizer" ? SplitPattern.Cl100k : SplitPattern.None,
        }).Train([TrainingGolden.Text(golden)], cancellationToken: Cancellation);

        if (golden.TryGetProperty("error", out _))
        {
            // The reference fails here; ours learns what there is.
            Assert.True(tokenizer.VocabSize < golden.GetProperty("vocab_size").GetInt32());
            return;
        }
        var merges = golden.GetProperty("merges").EnumerateArray().Select(merge => merge.Ints());
        Assert.Equal(merges.Select(merge => new BpeMerge(merge[0], merge[1], merge[2])), tokenizer.Learned.Merges);
        if (!golden.TryGetProperty("encodings", out var encodings))
            return;
        foreach (var encoding in encodings.EnumerateArray())
            Assert.Equal(encoding[1].EnumerateArray().Select(id => id.GetInt32()), tokenizer.Encode(encoding[0].GetString()));
    }

    private static SplitPattern PatternOf(JsonElement golden)
    {
        var preTokenizer = golden.GetProperty("pre_tokenizer");
        return preTokenizer.GetProperty("type").GetString() == "ByteLevel"
            ? SplitPattern.Gpt2
            : SplitPattern.FromRegex(preTokenizer.GetProperty("pretokenizers")[0].GetProperty("pattern").GetProperty("Regex").GetString()!);
    }

    private static IEnumerable<string> MergesOf(ByteLevelBpeTokenizer tokenizer) =>
        tokenizer.Learned.Merges.Select(merge => $"{tokenizer.LearnedToken(merge.Left)} {tokenizer.LearnedToken(merge.Right)}");

    private sealed class Reports : IProgress<TokenizerTrainingProgress>
    {
        public List<TokenizerTrainingProgress> All { get; } = [];

        public void Report(TokenizerTrainingProgress value) => All.Add(value);
    }
}
