using System.Text.Json;

namespace Llm.Cli.Tests;

public class ScoreCommandTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void JsonLines_GoldenTexts_GiveGoldenLossesAndLogProbabilities()
    {
        var cases = Cli.Read("generation", "loss.json").GetProperty("cases").EnumerateArray()
            .Where(golden => golden.TryGetProperty("text", out _))
            .ToArray();
        var input = string.Join('\n', cases.SelectMany(golden => new[]
        {
            JsonSerializer.Serialize(new { text = golden.GetProperty("text").GetString() }),
            JsonSerializer.Serialize(new { ids = golden.GetProperty("input_ids").Ids() }),
        }));

        var answers = Cli.RunWithInput(input, "score", "--model", Cli.MobyMini, "--jsonl").Success().Lines;

        Assert.Equal(2 * cases.Length, answers.Length);
        for (var i = 0; i < answers.Length; i++)
        {
            var golden = cases[i / 2];
            Assert.Equal(golden.GetProperty("loss").GetDouble(), answers[i].GetProperty("loss").GetDouble(), Tolerance);
            Assert.Equal(1, answers[i].GetProperty("perplexity").GetDouble() / golden.GetProperty("perplexity").GetDouble(), Tolerance);
            var expected = golden.GetProperty("token_logprobs").EnumerateArray().Skip(1).Select(value => value.GetDouble());
            var given = answers[i].GetProperty("logprobs").Deserialize<double[]>()!;
            Assert.All(expected.Zip(given), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        }
    }

    [Fact]
    public void JsonLines_BadRequests_SayWhatIsWrong()
    {
        var input = """
            {"ids":[1]}
            {"text":"a b","ids":[1,2]}
            {}
            {"ids":[1,97]}
            {"text":"a b"}
            """;

        var result = Cli.RunWithInput(input, "score", "--model", Cli.Gpt2Base);

        Assert.Equal(1, result.Code);
        string[] reasons = ["at least 2", "either 'text' or 'ids'", "either 'text' or 'ids'", "97", "no tokenizer"];
        Cli.AssertErrors(reasons, result.Lines);
        Assert.Equal(reasons.Length, result.Lines.Length);
    }

    [Fact]
    public void Tokenizer_TooLargeForTheModel_IsRefused()
    {
        var result = Cli.RunWithInput("""{"text":"a b"}""", "score", "--model", Cli.Gpt2Base, "--tokenizer", "gpt2", "--quiet");

        Assert.Equal(1, result.Code);
        Assert.Equal("error: The tokenizer has 50257 ids, but the model knows 97. They do not belong together.", result.Error.TrimEnd());
    }
}
