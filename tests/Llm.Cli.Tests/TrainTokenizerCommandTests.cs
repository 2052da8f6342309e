using Llm.Testing;
using Llm.Tokenizers;

namespace Llm.Cli.Tests;

public class TrainTokenizerCommandTests
{
    private static readonly string Moby = TestData.Golden("tokenizers", "training", "moby-dick-1.txt");
    private static readonly string Mixed = TestData.Golden("tokenizers", "training", "mixed.txt");

    [Fact]
    public void Bpe_Files_WritesWhatTheTrainerLearns()
    {
        using var folder = new TemporaryFolder();
        var expected = new BpeTrainer(new BpeTrainerOptions { VocabSize = 600 }).TrainFromFiles([Moby, Mixed]);

        var result = Cli.Run("train-tokenizer", "--input", Moby, Mixed, "--vocab-size", "600", "--out", folder.Path, "--json").Success();

        Assert.Equal(["merges.txt", "tokenizer.json", "tokenizer_config.json", "vocab.json"], Files(folder.Path));
        Assert.Equal(Tokens(expected), Tokens(TokenizerFolder.Load(folder.Path)));
        Assert.Equal(["out", "vocab_size", "bytes"], result.Json.EnumerateObject().Select(field => field.Name));
        Assert.Equal(600, result.Json.GetProperty("vocab_size").GetInt32());
        Assert.Equal(new FileInfo(Moby).Length + new FileInfo(Mixed).Length, result.Json.GetProperty("bytes").GetInt64());
        Assert.Contains("learned 343 of 343 tokens", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bpe_Options_AreThoseOfTheTrainer()
    {
        using var folder = new TemporaryFolder();
        var options = new BpeTrainerOptions
        {
            VocabSize = 400,
            MinFrequency = 9,
            Pattern = SplitPattern.Cl100k,
            SpecialTokens = ["<a>", "<b>"],
        };
        var expected = new BpeTrainer(options).TrainFromFiles([Moby]);

        var result = Cli.Run(
            "train-tokenizer", "--input", Moby, "--vocab-size", "400", "--out", folder.Path, "--pattern", "cl100k",
            "--special", "<a>", "--special", "<b>", "--min-frequency", "9", "--threads", "2", "--quiet").Success();

        Assert.Equal(Tokens(expected), Tokens(TokenizerFolder.Load(folder.Path)));
        Assert.Equal(["<a>", "<b>"], TokenizerFolder.Load(folder.Path).AddedTokens.Select(token => token.Content));
        Assert.Equal("", result.Error);
    }

    [Theory, InlineData("char"), InlineData("word"), InlineData("wordpiece"), InlineData("unigram")]
    public void Kind_AnyOther_LearnsWhatComesBack(string kind)
    {
        var text = "call me ishmael.";
        using var folder = new TemporaryFolder();

        Cli.Run("train-tokenizer", "--input", Moby, "--vocab-size", "5000", "--out", folder.Path, "--kind", kind).Success();

        var tokenizer = TokenizerFolder.Load(folder.Path);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal(["tokenizer.json", "tokenizer_config.json"], Files(folder.Path));
    }

    [Fact]
    public void Input_MissingFile_IsNamed()
    {
        using var folder = new TemporaryFolder();

        var result = Cli.Run("train-tokenizer", "--input", "no-such-file", "--vocab-size", "300", "--out", folder.Path);

        Assert.Equal((1, "error: There is no file 'no-such-file'.\n"), (result.Code, result.Error));
        Assert.Empty(Files(folder.Path));
    }

    [Fact]
    public void VocabSize_TooSmall_SaysWhatIsAllowed()
    {
        using var folder = new TemporaryFolder();

        var result = Cli.Run("train-tokenizer", "--input", Moby, "--vocab-size", "20", "--out", folder.Path);

        Assert.Equal(1, result.Code);
        Assert.Contains("VocabSize is 20, but must be from 257", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--vocab-size", "many")]
    [InlineData("--kind", "gpt")]
    [InlineData("--kind", "char", "--pattern", "gpt2")]
    public void Options_Wrong_AreRefused(params string[] arguments) =>
        Assert.Equal(2, Cli.Run(["train-tokenizer", "--input", Moby, "--out", "unused", "--vocab-size", "300", .. arguments]).Code);

    [Fact]
    public async Task Cancelled_Training_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        var code = await CommandLine.RunAsync(
            ["train-tokenizer", "--input", Moby, "--vocab-size", "300", "--out", folder.Path],
            new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null),
            source.Token);

        Assert.Equal(130, code);
        Assert.Empty(Files(folder.Path));
    }

    private static IEnumerable<string?> Files(string folder) =>
        Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static IEnumerable<string?> Tokens(LlmTokenizer tokenizer) =>
        Enumerable.Range(0, tokenizer.VocabSize).Select(tokenizer.IdToToken);
}
