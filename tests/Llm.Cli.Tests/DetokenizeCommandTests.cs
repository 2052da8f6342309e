namespace Llm.Cli.Tests;

public class DetokenizeCommandTests
{
    [Fact]
    public void JsonLines_Ids_GiveTheText()
    {
        var input = """
            {"ids":[35,389,396]}
            {"ids":[99999]}
            {"ids":[]}

            """;

        var result = Cli.RunWithInput(input, "detokenize", "--tokenizer", Cli.MobyMini, "--jsonl");

        Assert.Equal(1, result.Code);
        Assert.Equal("Call me", result.Lines[0].GetProperty("text").GetString());
        Assert.Contains("99999", result.Lines[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("", result.Lines[2].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(false, "a<|endoftext|>")]
    [InlineData(true, "a")]
    public void SkipSpecialTokens_EndOfText_IsLeftOut(bool skips, string expected)
    {
        string[] arguments = ["detokenize", "--tokenizer", "gpt2", "--json", .. skips ? ["--skip-special-tokens"] : Array.Empty<string>()];

        Assert.Equal(expected, Cli.RunWithInput("{\n\"ids\": [64, 50256]\n}", arguments).Success().Json.GetProperty("text").GetString());
    }

    [Fact]
    public void Json_BadRequest_FailsWithoutAResult()
    {
        var result = Cli.RunWithInput("""{"ids":"x"}""", "detokenize", "--tokenizer", "gpt2", "--json");

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Equal("error: 'ids' must be a list of token ids, but is \"x\".", result.Error.TrimEnd());
    }
}
