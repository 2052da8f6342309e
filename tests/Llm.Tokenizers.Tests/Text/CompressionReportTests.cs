using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers.Tests;

public class CompressionReportTests
{
    private static readonly Dictionary<string, Tokenizer> Tokenizers = new()
    {
        ["gpt2"] = ByteLevelBpeTokenizer.Gpt2(),
        ["characters"] = CharTokenizer.FromText("hello wrd é"),
    };

    [Fact]
    public void Measure_SeveralTexts_CountsThemTogether()
    {
        var report = CompressionReport.Measure(["hello world", "", "é"], Tokenizers);

        // "hello world" is two tokens of GPT-2 (31373, 995), and é is one.
        Assert.Equal(new CompressionRow("gpt2", Tokens: 3, Bytes: 13, Characters: 12, Words: 3), report.Rows[0]);
        Assert.Equal(new CompressionRow("characters", Tokens: 12, Bytes: 13, Characters: 12, Words: 3), report.Rows[1]);
        Assert.Equal((13 / 3.0, 4, 1), (report.Rows[0].BytesPerToken, report.Rows[0].CharactersPerToken, report.Rows[0].TokensPerWord));
    }

    [Fact]
    public void ToString_IsATableWithTheFirstAsMeasure()
    {
        var table = CompressionReport.Measure(["hello world"], Tokenizers).ToString();

        Assert.Equal(
            "tokenizer   tokens  bytes/token  characters/token  tokens/word  relative\n"
            + "gpt2             2         5.50              5.50         1.00     1.000\n"
            + "characters      11         1.00              1.00         5.50     5.500\n",
            table);
    }

    [Fact]
    public void Measure_NothingToMeasure_SaysSoOrGivesZeros()
    {
        Assert.Contains("no tokenizer to compare", Assert.Throws<ArgumentException>(() => CompressionReport.Measure(["a"], [])).Message);
        Assert.Equal(0, CompressionReport.Measure([], Tokenizers).Rows[0].BytesPerToken);
    }
}
