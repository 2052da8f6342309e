using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>The laws of the trainers of WordPiece, Unigram and BPE of characters, whose references do not learn the same twice.</summary>
public class PipelineTrainerTests
{
    private static readonly string Text = TrainingGolden.Text("moby-dick-1.txt") + TrainingGolden.Text("moby-dick-132.txt");

    private static readonly Dictionary<string, Func<int, int, PipelineTrainer>> Trainers = new()
    {
        ["wordpiece"] = (size, threads) => new WordPieceTrainer(new WordPieceTrainerOptions { VocabSize = size, Threads = threads }),
        ["unigram"] = (size, threads) => new UnigramTrainer(new UnigramTrainerOptions { VocabSize = size, Threads = threads }),
        ["unigram-bytes"] = (size, threads) => new UnigramTrainer(new UnigramTrainerOptions
        {
            VocabSize = size + 256,
            Threads = threads,
            ByteFallback = true,
        }),
        ["metaspace"] = (size, threads) => new CharBpeTrainer(new CharBpeTrainerOptions { VocabSize = size, Threads = threads }),
        ["metaspace-bytes"] = (size, threads) => new CharBpeTrainer(new CharBpeTrainerOptions
        {
            VocabSize = size + 256,
            Threads = threads,
            ByteFallback = true,
        }),
        ["words-suffix"] = (size, threads) => new CharBpeTrainer(new CharBpeTrainerOptions
        {
            VocabSize = size,
            Threads = threads,
            Splitting = WordSplitting.Words,
            EndOfWordSuffix = "</w>",
        }),
        ["whole"] = (size, threads) => new CharBpeTrainer(new CharBpeTrainerOptions
        {
            VocabSize = size,
            Threads = threads,
            Splitting = WordSplitting.None,
        }),
    };

    public static TheoryData<string> Names => [.. Trainers.Keys];

    // So many tokens the text has with what tokenizers 0.23.1 learns from it; a few more or less from run to run.
    [Theory]
    [InlineData("wordpiece", 400, 8428), InlineData("wordpiece", 500, 7882), InlineData("wordpiece", 800, 6921)]
    [InlineData("unigram", 400, 8920), InlineData("unigram", 500, 8330), InlineData("unigram", 800, 7302)]
    public void Train_Text_IsCompressedAsTheReferenceDoes(string name, int vocabSize, int reference)
    {
        var tokenizer = Train(name, vocabSize, Text);

        Assert.Equal(vocabSize, tokenizer.VocabSize);
        Assert.InRange(tokenizer.Encode(Text).Length, reference * 0.93, reference * 1.02);
    }

    [Theory, MemberData(nameof(Names))]
    public void Train_Text_HasNoUnknownTokenAndComesBack(string name)
    {
        var tokenizer = Train(name, 500, Text);

        var ids = tokenizer.Encode(Text);

        Assert.DoesNotContain(tokenizer.TokenToId(name == "wordpiece" ? "[UNK]" : "<unk>")!.Value, ids);
        Assert.Equal(AsTheSteps(name, Text), AsTheSteps(name, tokenizer.Decode(ids)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Save_Trained_LoadsAsTheSame(string name)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Train(name, 450, Text);

        tokenizer.Save(folder.Path);
        var loaded = TokenizerFolder.Load(folder.Path);

        Assert.Equal(tokenizer.Encode(Text), loaded.Encode(Text));
        Assert.Equal(tokenizer.Decode(tokenizer.Encode(Text)), loaded.Decode(loaded.Encode(Text)));
        Assert.Equal(tokenizer.Tokens(), loaded.Tokens());
        Assert.Equal(tokenizer.AddedTokens, loaded.AddedTokens);
    }

    [Theory, MemberData(nameof(Names))]
    public void Train_AnyNumberOfThreadsAndFeed_LearnsTheSame(string name)
    {
        var lines = Text.Split('\n').Select(line => line + "\n").ToArray();
        lines[^1] = lines[^1][..^1];
        var one = Train(name, 450, lines);

        Assert.Equal(one.Tokens(), Trainers[name](450, 3).Train(lines).Tokens());
        Assert.Equal(one.Tokens(), Trainers[name](450, 2).Train([new MemoryStream(Encoding.UTF8.GetBytes(Text))]).Tokens());
    }

    [Theory, InlineData("unigram-bytes"), InlineData("metaspace-bytes")]
    public void Train_ByteFallback_GivesEveryTextBack(string name)
    {
        var tokenizer = Train(name, 450, Text);

        Gen.String[Gen.Char["ab é漢\n \0🚀"[..^2]], 0, 12].Sample(text =>
            Assert.Equal(AsTheSteps(name, text), AsTheSteps(name, tokenizer.Decode(tokenizer.Encode(text)))));
        Assert.Equal("🚀 漢", tokenizer.Decode(tokenizer.Encode("🚀 漢")));
    }

    [Fact]
    public void Train_Metaspace_GivesSpacesBackAsTheyWere()
    {
        var tokenizer = Train("metaspace", 450, Text);

        foreach (var text in new[] { "  two", "two  spaces", "end ", " ", "", "a" })
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Train_WordPiece_PutsClsAndSepAround()
    {
        var tokenizer = Train("wordpiece", 450, Text);

        Assert.Equal(
            ["[CLS]", .. tokenizer.EncodeToTokens("Call me Ishmael.", out _).Select(token => token.Value), "[SEP]"],
            tokenizer.EncodeForModel("Call me Ishmael.").Tokens);
    }

    [Theory, MemberData(nameof(Names))]
    public void Train_CharactersOutsideTheAlphabet_AreUnknown(string name)
    {
        var tokenizer = Train(name, 450, Text);
        var unknown = tokenizer.TokenToId(name == "wordpiece" ? "[UNK]" : "<unk>")!.Value;

        Assert.Equal(!name.EndsWith("bytes", StringComparison.Ordinal), tokenizer.Encode("漢").Contains(unknown));
    }

    [Theory, MemberData(nameof(Names))]
    public void Train_VocabularyTooSmallForTheAlphabet_SaysWhatToDo(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => Train(name, 20, Text));

        Assert.Contains("Raise VocabSize, or set LimitAlphabet", error.Message);
    }

    [Theory, MemberData(nameof(Names))]
    public void Train_Cancelled_Stops(string name)
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => Trainers[name](450, 2).Train([Text], cancellationToken: source.Token));
    }

    [Fact]
    public void Train_LimitAlphabet_LeavesRareCharactersUnknown()
    {
        var tokenizer = new UnigramTrainer(new UnigramTrainerOptions { VocabSize = 100, LimitAlphabet = 20 }).Train([Text]);

        Assert.Equal(20, tokenizer.Tokens().Count(token => token!.EnumerateRunes().Count() == 1));
        Assert.Contains(0, tokenizer.Encode("Queequeg"));
        Assert.DoesNotContain(0, tokenizer.Encode("the sea"));
    }

    [Fact]
    public void Constructor_OptionsThatContradict_SaysWhatIsAllowed()
    {
        Assert.Contains(
            "UnknownToken is '[UNK]', which SpecialTokens lacks", Fails(() => new WordPieceTrainer(new() { SpecialTokens = ["[PAD]"] })));
        Assert.Contains("ShrinkingFactor is 1", Fails(() => new UnigramTrainer(new() { ShrinkingFactor = 1 })));
        Assert.Contains("SubIterations is 0, but must be at least 1", Fails(() => new UnigramTrainer(new() { SubIterations = 0 })));
        Assert.Contains("MaxTokenLength is 1, but must be at least 2", Fails(() => new CharBpeTrainer(new() { MaxTokenLength = 1 })));
        Assert.Contains("do not go together", Fails(() => new CharBpeTrainer(new() { ByteFallback = true, EndOfWordSuffix = "</w>" })));
        Assert.Contains("is no way to cut words", Fails(() => new CharBpeTrainer(new() { Splitting = (WordSplitting)9 })));

        static string Fails(Func<PipelineTrainer> create) => Assert.ThrowsAny<ArgumentException>(create).Message;
    }

    private static PipelineTokenizer Train(string name, int vocabSize, params string[] texts) => Trainers[name](vocabSize, 1).Train(texts);

    // What the normalizer and the cutting into words leave of a text.
    private static string AsTheSteps(string name, string text) => name switch
    {
        "wordpiece" => WithoutSpaces(text.ToLowerInvariant().Normalize(NormalizationForm.FormD)),
        "words-suffix" => WithoutSpaces(text),
        "unigram" or "unigram-bytes" => Regex.Replace(text.Normalize(NormalizationForm.FormKC), " +", " ").TrimStart(' '),
        _ => text,
    };

    private static string WithoutSpaces(string text) => new([.. text.Where(character => !char.IsWhiteSpace(character))]);
}
