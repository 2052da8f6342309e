using System.Text;
using Llm.Testing;

namespace Llm.Cli.Tests;

public class EvalCommandTests
{
    [Fact]
    public void Json_GoldenText_GivesGoldenLossAndBitsPerByte()
    {
        using var folder = new TemporaryFolder();
        var golden = Cli.Read("generation", "loss.json").GetProperty("cases")[0];
        var text = golden.GetProperty("text").GetString()!;
        var file = folder.Write("text.txt", Encoding.UTF8.GetBytes(text));

        var answer = Cli.Run("eval", "--model", Cli.MobyMini, "--text", file, "--json").Success().Json;

        Assert.Equal(golden.GetProperty("loss").GetDouble(), answer.GetProperty("loss").GetDouble(), 1e-4);
        Assert.Equal(1, answer.GetProperty("perplexity").GetDouble() / golden.GetProperty("perplexity").GetDouble(), 1e-4);
        Assert.Equal(golden.GetProperty("bits_per_byte").GetDouble(), answer.GetProperty("bits_per_byte").GetDouble(), 1e-4);
        Assert.Equal(golden.GetProperty("input_ids").GetArrayLength() - 1, answer.GetProperty("tokens").GetInt32());
        Assert.Equal(Encoding.UTF8.GetByteCount(text), answer.GetProperty("bytes").GetInt32());
    }

    [Fact]
    public void Stride_Smaller_SeesMoreAndIsNoWorse()
    {
        using var folder = new TemporaryFolder();
        var text = string.Concat(Enumerable.Repeat("The whale swam on, and the ship went after it. ", 4));
        var file = folder.Write("text.txt", Encoding.UTF8.GetBytes(text));

        Assert.True(Loss("4") < Loss("16"));

        double Loss(string stride) =>
            Cli.Run("eval", "--model", Cli.MobyMini, "--text", file, "--json", "--context", "16", "--stride", stride)
                .Success().Json.GetProperty("loss").GetDouble();
    }

    [Theory]
    [InlineData("missing.txt", "There is no file")]
    [InlineData("empty.txt", "empty")]
    [InlineData("bytes.txt", "not a text in UTF-8")]
    public void Text_Bad_FailsWithTheReason(string name, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("empty.txt");
        folder.Write("bytes.txt", 0xC3, 0x28);

        var result = Cli.Run("eval", "--model", Cli.MobyMini, "--text", folder.Combine(name));

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Context_LongerThanTheModels_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("text.txt", Encoding.UTF8.GetBytes("Call me Ishmael."));

        var result = Cli.Run("eval", "--model", Cli.MobyMini, "--text", file, "--context", "129");

        Assert.Equal(1, result.Code);
        Assert.Contains("128", result.Error, StringComparison.Ordinal);
    }
}
