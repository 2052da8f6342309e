using Llm.Testing;

namespace Llm.Cli.Tests;

public class CommandLineTests
{
    public static TheoryData<string> WrongUsages =>
    [
        "",
        "nonsense",
        "tokenize text",
        "tokenize text --tokenizer gpt2 --json --jsonl",
        "tokenize text --tokenizer gpt2 --jsonl",
        "tokenize text --tokenizer gpt2 --seed 1",
        "detokenize --tokenizer gpt2 --device cpu",
        "chat-template",
        "chat-template --tokenizer gpt2 --template x",
        "chat-template --template x --now yesterday",
        "chat-template --template x --json --jsonl",
        "logits --model x --seed 1",
        "logits --model x --dtype int9",
        "logits --model x --device tpu",
        "logits --model x --threads -1",
        "generate text",
        "generate text --model x --num-beams 2",
        "generate text --model x --max-new-tokens many",
        "generate text --model x --json --stream",
        "generate text --model x --logprobs",
        "generate text --model x --jsonl",
        "eval --model x",
        "eval --model x --text y --jsonl",
        "inspect --model x --device cpu",
    ];

    [Theory]
    [MemberData(nameof(WrongUsages))]
    public void Run_WrongUsage_GivesTwoAndNoResult(string arguments)
    {
        var result = Cli.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, result.Code);
        Assert.Empty(result.Output);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("--help", result.Error.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenize")]
    [InlineData("detokenize")]
    [InlineData("chat-template")]
    [InlineData("logits")]
    [InlineData("generate")]
    [InlineData("score")]
    [InlineData("eval")]
    [InlineData("inspect")]
    public void Help_OfACommand_IsAResult(string command)
    {
        var result = Cli.Run(command, "--help").Success();

        Assert.Contains($" {command} ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('_', string.Concat(result.Output.Split(' ').Where(word => word.StartsWith("--", StringComparison.Ordinal))));
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("no/such/folder/at/all", false)]
    [InlineData("openai-community/gpt2", true)]
    [InlineData("gpt2", true)]
    [InlineData("org/name@main", true)]
    public void Model_NoSuchFolder_OneLineThatSaysWhatToDo(string model, bool isHubId)
    {
        var result = Cli.Run("generate", "text", "--model", model);

        Assert.Equal(1, result.Code);
        Assert.Empty(result.Output);
        Assert.StartsWith($"error: There is no folder '{model}'.", result.Error, StringComparison.Ordinal);
        Assert.Equal(isHubId, result.Error.Contains("Hub", StringComparison.Ordinal));
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Model_NotAModelFolder_NamesWhatIsMissing()
    {
        using var folder = new TemporaryFolder();

        var result = Cli.Run("inspect", "--model", folder.Path);

        Assert.Equal(1, result.Code);
        Assert.Contains("config.json", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verbose_OnFailure_AddsTheStackTrace()
    {
        var quiet = Cli.Run("inspect", "--model", "no/such/folder/at/all");
        var verbose = Cli.Run("inspect", "--model", "no/such/folder/at/all", "--verbose");

        Assert.DoesNotContain("   at ", quiet.Error, StringComparison.Ordinal);
        Assert.Contains("   at Llm.Cli.", verbose.Error, StringComparison.Ordinal);
        Assert.Equal(1, verbose.Code);
    }

    [Fact]
    public void Quiet_OnSuccess_WritesResultsAlone()
    {
        string[] arguments = ["score", "--model", Cli.Gpt2Base];

        Assert.Contains("40 tensors assigned", Cli.RunWithInput("""{"ids":[1,2]}""", arguments).Success().Error, StringComparison.Ordinal);
        Assert.Empty(Cli.RunWithInput("""{"ids":[1,2]}""", [.. arguments, "--quiet"]).Success().Error);
    }

    [Fact]
    public async Task Run_Cancelled_Gives130()
    {
        using var cancellation = new CancellationTokenSource();
        using var input = new CancellingReader(cancellation);
        using var output = new StringWriter();

        var code = await CommandLine.RunAsync(
            ["score", "--model", Cli.Gpt2Base, "--quiet"], new Terminal(input, output, TextWriter.Null), cancellation.Token);

        Assert.Equal(130, code);
        Assert.Single(output.ToString().TrimEnd().Split('\n'));
    }

    // Ctrl+C comes while the second line is read.
    private sealed class CancellingReader(CancellationTokenSource cancellation) : TextReader
    {
        private int _lines;

        public override string? ReadLine()
        {
            if (++_lines == 2)
                cancellation.Cancel();
            return """{"ids":[1,2,3]}""";
        }
    }
}
