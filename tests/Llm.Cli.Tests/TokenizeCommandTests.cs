using System.Text.Json;
using Llm.Testing;
using Llm.Tokenizers;

namespace Llm.Cli.Tests;

public class TokenizeCommandTests
{
    [Fact]
    public void Json_TextBeyondTheFirstPlane_OffsetsCountUtf16Units()
    {
        var answer = Cli.Run("tokenize", "a🐳 b", "--tokenizer", Cli.MobyMini, "--json").Success().Json;

        Assert.Equal(["a", "ð", "Ł", "Ĳ", "³", "Ġb"], answer.GetProperty("tokens").Deserialize<string[]>()!);
        Assert.Equal("[[0,1],[1,3],[1,3],[1,3],[1,3],[3,5]]", answer.GetProperty("offsets").Compact());
        Assert.Equal(["ids", "tokens", "offsets"], answer.EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("gpt2", "[15496,995]")]
    [InlineData("cl100k_base", "[9906,1917]")]
    public void Json_KnownTokenizer_GivesItsIds(string tokenizer, string ids) =>
        Assert.Equal(
            ids, Cli.Run("tokenize", "Hello world", "--tokenizer", tokenizer, "--json").Success().Json.GetProperty("ids").Compact());

    [Fact]
    public void Tokenizer_FileOrFolder_IsTheSame()
    {
        var file = Path.Combine(Cli.MobyMini, "tokenizer.json");

        var expected = Cli.Run("tokenize", "Call me", "--tokenizer", Cli.MobyMini, "--json").Success().Output;
        var ofFile = Cli.Run("tokenize", "Call me", "--tokenizer", file, "--json");
        var ofInput = Cli.RunWithInput("Call me", "tokenize", "--tokenizer", Cli.MobyMini, "--json");
        var ofLine = Cli.RunWithInput("""{"text":"Call me"}""", "tokenize", "--tokenizer", Cli.MobyMini, "--jsonl");

        Assert.Equal(expected, ofFile.Success().Output);
        Assert.Equal(expected, ofInput.Success().Output);
        Assert.Equal(expected, ofLine.Success().Output);
    }

    [Fact]
    public void Tokenizer_PublishedRankFile_GivesItsIds()
    {
        using var folder = new TemporaryFolder();
        using (var ranks = File.Create(folder.Combine("cl100k_base.tiktoken")))
            ByteLevelBpeTokenizer.Cl100k().SaveRanks(ranks);

        foreach (var tokenizer in (string[])[folder.Combine("cl100k_base.tiktoken"), folder.Path])
        {
            var answer = Cli.Run("tokenize", "Hello world<|endoftext|>", "--tokenizer", tokenizer, "--allow-special", "--json").Success();
            Assert.Equal("[9906,1917,100257]", answer.Json.GetProperty("ids").Compact());
        }
    }

    [Fact]
    public void Tokenizer_SentencePieceModel_GivesItsIds()
    {
        var model = TestData.Golden("tokenizers", "sentencepiece", "bpe-llama", "tokenizer.model");

        var tokens = Cli.Run("tokenize", "Call me", "--tokenizer", model, "--json").Success().Json.GetProperty("tokens");

        Assert.Equal("▁Call▁me", string.Concat(tokens.Deserialize<string[]>()!));
        Assert.Equal(
            tokens.Compact(), Cli.Run("tokenize", "Call me", "--tokenizer", Path.GetDirectoryName(model)!, "--json").Success()
                .Json.GetProperty("tokens").Compact());
    }

    [Theory]
    [InlineData("x.tiktoken", "IQ== 0\nIg== 1\n", "does not say how texts are cut")]
    [InlineData("x.tiktoken", "no ranks", "is not a rank file")]
    [InlineData("x.model", "no model", "not a SentencePiece model")]
    [InlineData("x.json", "{}", "no tokenizer.json")]
    [InlineData("x.json", "{", "is not JSON")]
    [InlineData("x.model", "minbpe v1\n", "too early")]
    public void Tokenizer_BadFile_IsOneLineAndExitCodeOne(string name, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Combine(name);
        File.WriteAllText(path, content);

        var result = Cli.Run("tokenize", "text", "--tokenizer", path);

        Assert.Equal(1, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Contains(path, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void AllowSpecial_EndOfText_IsOneToken()
    {
        string[] arguments = ["tokenize", "a<|endoftext|>", "--tokenizer", "gpt2", "--json"];

        Assert.Equal("[64,50256]", Cli.Run([.. arguments, "--allow-special"]).Success().Json.GetProperty("ids").Compact());
        Assert.NotEqual(2, Cli.Run(arguments).Success().Json.GetProperty("ids").GetArrayLength());
    }

    [Fact]
    public void AddSpecialTokens_TokenizerThatAddsNone_MarksNone()
    {
        var answer = Cli.Run("tokenize", "Hello world", "--tokenizer", "gpt2", "--json", "--add-special-tokens").Success().Json;

        Assert.Equal("[15496,995]", answer.GetProperty("ids").Compact());
        Assert.Equal("[0,0]", answer.GetProperty("special_tokens_mask").Compact());
    }

    [Fact]
    public void AddSpecialTokens_TokenizerOfPairs_PutsThemAroundAndMarksThem()
    {
        var tokenizer = TestData.Golden("tokenizers", "small", "wordpiece", "tokenizer.json");
        var lines = Cli.RunWithInput(
            """
            {"text":"Call me","pair":"Ishmael"}
            {"text":"Call me"}
            """,
            "tokenize", "--tokenizer", tokenizer, "--jsonl", "--add-special-tokens").Success().Lines;

        var (tokens, count) = (lines[0].GetProperty("tokens").Deserialize<string[]>()!, lines[0].GetProperty("ids").GetArrayLength());
        var types = lines[0].GetProperty("type_ids").Deserialize<int[]>()!;
        var mask = lines[0].GetProperty("special_tokens_mask").Deserialize<int[]>()!;
        var separator = Array.IndexOf(tokens, "[SEP]");
        Assert.Equal(("[CLS]", "[SEP]"), (tokens[0], tokens[^1]));
        Assert.InRange(separator, 2, count - 2);
        Assert.Equal(tokens.Select(token => token is "[CLS]" or "[SEP]" ? 1 : 0), mask);
        Assert.Equal(tokens.Select((_, i) => i > separator ? 1 : 0), types);
        Assert.Equal(tokens[..(separator + 1)], lines[1].GetProperty("tokens").Deserialize<string[]>()!);
    }

    [Fact]
    public void JsonLines_HalfSurrogatePair_IsAReplacementCharacter()
    {
        var lines = Cli.RunWithInput(
            """
            {"text":"a\ud800b\\ud800"}
            {"text":"a\ufffdb\\ud800"}
            {"text":"\ud83d\udc33"}
            {"text":"🐳"}
            """,
            "tokenize", "--tokenizer", "gpt2", "--jsonl").Success().Lines;

        Assert.Equal(lines[1].GetProperty("ids").Compact(), lines[0].GetProperty("ids").Compact());
        Assert.Equal(lines[3].GetProperty("ids").Compact(), lines[2].GetProperty("ids").Compact());
    }

    [Fact]
    public void JsonLines_BadLinesInTheMiddle_AnswersEachInOrderAndGivesOne()
    {
        var input = """
            {"text":"Hello"}
            nonsense
            {"text":"Hello","pair":5}
            {"txt":"Hello"}
            {"text":5}
            {"text":null}
            {"text":"a","text":"b"}
            [1]
            {"text":" world"}
            """;

        var result = Cli.RunWithInput(input, "tokenize", "--tokenizer", "gpt2", "--jsonl");

        Assert.Equal(1, result.Code);
        Assert.Equal("[15496]", result.Lines[0].GetProperty("ids").Compact());
        Assert.All(result.Lines[1..^1], line => Assert.Equal("error", Assert.Single(line.EnumerateObject()).Name));
        Assert.Equal("[995]", result.Lines[^1].GetProperty("ids").Compact());
        Assert.Equal(9, result.Lines.Length);
        Assert.Equal("'txt' is not a known field. Known: text, pair.", result.Lines[3].GetProperty("error").GetString());
        Assert.Equal("'text' must be a text, but is 5.", result.Lines[4].GetProperty("error").GetString());
    }

    [Fact]
    public async Task JsonLines_EachLine_IsFlushedBeforeTheNextIsRead()
    {
        using var output = new FlushedWriter();
        using var input = new CheckingReader(output);

        var terminal = new Terminal(input, output, TextWriter.Null);
        string[] arguments = ["tokenize", "--tokenizer", "gpt2", "--jsonl"];

        var code = await CommandLine.RunAsync(arguments, terminal, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Equal(3, output.Flushed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Text_WithoutJson_IsATable()
    {
        var result = Cli.Run("tokenize", "Hello world", "--tokenizer", "gpt2").Success();

        var rows = result.Output.TrimEnd().Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["15496 0..5 Hello", "995 5..11 Ġworld"], rows.Select(row => string.Join(' ', row)));
    }

    [Theory]
    [InlineData("o100k_base")]
    [InlineData("org/name")]
    public void Tokenizer_Unknown_SaysWhatIsKnown(string name)
    {
        var result = Cli.Run("tokenize", "text", "--tokenizer", name);

        Assert.Equal(1, result.Code);
        Assert.Contains("gpt2, r50k_base, p50k_base, p50k_edit, cl100k_base, o200k_base", result.Error, StringComparison.Ordinal);
    }

    private sealed class FlushedWriter : StringWriter
    {
        public string Flushed { get; private set; } = "";

        public override void Flush() => Flushed = ToString();
    }

    private sealed class CheckingReader(FlushedWriter output) : TextReader
    {
        private int _lines;

        public override string? ReadLine()
        {
            Assert.Equal(_lines, output.Flushed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            return ++_lines > 3 ? null : """{"text":"Hello"}""";
        }
    }
}
