using System.Text;
using static Llm.Sampling.Tests.GoldenCases;

namespace Llm.Sampling.Tests;

public sealed class TokenScorerTests
{
    private static readonly TokenScorer Scorer = new(MobyMini.Model);

    public static TheoryData<string> Texts() => ["text-1", "text-2", "text-3"];

    [Theory, MemberData(nameof(Texts))]
    public void Score_GoldenText_GivesTheReferencesNumbers(string name)
    {
        var @case = All("generation", "loss.json")[name];

        var bytes = Encoding.UTF8.GetByteCount(@case.Text("text"));

        var scores = Scorer.Score(MobyMini.Tokenizer.EncodeToIds(@case.Text("text")));

        var expected = @case.GetProperty("token_logprobs").Floats()[1..];
        Assert.Equal(expected.Length, scores.LogProbabilities.Count);
        Assert.All(expected.Zip(scores.LogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal(@case.GetProperty("loss").GetDouble(), scores.Loss, 1e-4);
        Assert.Equal(@case.GetProperty("perplexity").GetDouble(), scores.Perplexity, 1e-4 * scores.Perplexity);
        Assert.Equal(@case.GetProperty("sum_logprob").GetDouble(), scores.Sum, 1e-2);
        Assert.Equal(@case.GetProperty("bits_per_byte").GetDouble(), scores.BitsPerByte(bytes), 1e-4);
    }

    [Theory]
    [InlineData("continuations-1")]
    [InlineData("continuations-2")]
    public void Score_GoldenContinuation_GivesTheReferencesLogProbabilities(string name)
    {
        var @case = All("generation", "loss.json")[name];
        foreach (var continuation in @case.GetProperty("continuations").EnumerateArray())
        {
            var ids = continuation.Ids("ids");
            var scores = Scorer.Score([.. @case.Ids("input_ids"), .. ids]).LogProbabilities.TakeLast(ids.Length).ToArray();

            Assert.All(continuation.GetProperty("logprobs").Floats().Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            Assert.Equal(continuation.GetProperty("probability").GetDouble(), Math.Exp(scores.Sum(score => (double)score)), 1e-5);
        }
    }

    [Theory]
    [InlineData("batch-right-padded")]
    [InlineData("batch-masked-prompt")]
    public void Score_GoldenBatch_HasTheReferencesMeanOfAllTokensThatCount(string name)
    {
        var @case = All("generation", "loss.json")[name];
        var counted = new List<float>();
        for (var row = 0; row < 3; row++)
        {
            var labels = @case.GetProperty("labels")[row].EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var ids = @case.GetProperty("input_ids")[row].EnumerateArray().Select(id => id.GetInt32());
            var mask = @case.GetProperty("attention_mask")[row].EnumerateArray().Select(bit => bit.GetInt32());
            var scores = Scorer.Score([.. ids.Zip(mask).Where(pair => pair.Second == 1).Select(pair => pair.First)]);
            counted.AddRange(scores.LogProbabilities.Where((_, i) => labels[i + 1] != -100));
        }

        Assert.Equal(@case.GetProperty("loss").GetDouble(), new TokenScores(counted).Loss, 1e-4);
    }

    [Theory, MemberData(nameof(TorchSessionTests.Prompts), MemberType = typeof(TorchSessionTests))]
    public void NextLogProbabilities_GoldenPrompt_GivesTheReferencesTopTen(string name)
    {
        var @case = All("generation", "next_token.json")[name];

        var next = Scorer.NextLogProbabilities(@case.Ids("input_ids"));

        var top = @case.GetProperty("top").EnumerateArray().ToArray();
        var best = next.Index().OrderByDescending(pair => pair.Item).Take(10).ToArray();
        Assert.Equal(top.Select(item => item.GetProperty("id").GetInt32()), best.Select(pair => pair.Index));
        Assert.All(top.Zip(best), pair => Assert.Equal(pair.First.GetProperty("logprob").GetDouble(), pair.Second.Item, 1e-4));
        Assert.All(
            top.Zip(best), pair => Assert.Equal(pair.First.GetProperty("probability").GetDouble(), Math.Exp(pair.Second.Item), 1e-5));
        Assert.Equal(@case.GetProperty("entropy").GetDouble(), -next.Sum(value => value * Math.Exp(value)), 1e-4);
    }

    [Fact]
    public void Score_TextLongerThanTheContext_ScoresEachTokenOnceWithHalfAContextBeforeIt()
    {
        var ids = All("generation", "crop.json")["crop-2"].Ids("new_ids").Concat(Enumerable.Range(1, 140)).ToArray();

        var scores = Scorer.Score(ids).LogProbabilities;

        Assert.Equal(ids.Length - 1, scores.Count);
        Assert.Equal(Scorer.Score(ids[..129]).LogProbabilities, scores.Take(128));
        Assert.Equal(Scorer.NextLogProbabilities(ids[64..150])[ids[150]], scores[149], 1e-4); // the second window starts at 64
    }

    [Fact]
    public void Score_BadIds_SaysWhatIsWrong()
    {
        Assert.Contains("at least 2", Assert.Throws<ArgumentException>(() => Scorer.Score([1])).Message);
        Assert.Contains("1024", Assert.Throws<ArgumentException>(() => Scorer.Score([1, 1024])).Message);
        Assert.Throws<ArgumentException>(() => Scorer.NextLogProbabilities([]));
    }
}
