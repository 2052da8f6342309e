using System.Text.Json;
using static Llm.Sampling.Tests.GoldenCases;

namespace Llm.Sampling.Tests;

public sealed class LogitsProcessorsTests
{
    // What the golden files have and this library does not have yet.
    private static readonly string[] NotYet =
    [
        "bad_words", "begin_suppress", "encoder_no_repeat_ngram", "encoder_repetition_penalty", "epsilon", "eta",
        "exponential_decay_length", "forced_bos", "forced_eos", "guidance", "min_length", "min_new_tokens", "no_repeat_ngram",
        "prefix_allowed_tokens", "remove_invalid", "renormalize", "sequence_bias", "suppress", "top_h", "typical_p",
    ];

    private static readonly string[] PipelinesNotYet =
    [
        "typical", "epsilon-eta", "all-six-warpers", "top_h", "repetition-ngram-temperature-top_k", "repetition-ngram-padding",
        "bias-bad-words", "min-new-tokens-before", "min-new-tokens-after", "min-length", "suppress-begin-first-step",
        "suppress-begin-second-step", "exponential-decay", "forced-eos-last-step", "forced-eos-not-yet", "renormalize-top_p",
        "beam-sample-keeps-two", "beam-sample-keeps-three", "beam-sample-no-eos", "beam-greedy-penalties", "beam-greedy-renormalize",
        "min-new-tokens-with-decay-is-nan", "everything-min-new-active", "prefix-allowed-fewer-than-k", "remove-invalid", "everything",
    ];

    private static readonly Dictionary<string, string> ClassNames = new()
    {
        ["RepetitionPenaltyLogitsProcessor"] = nameof(RepetitionPenaltyProcessor),
        ["TemperatureLogitsWarper"] = nameof(TemperatureProcessor),
        ["TopKLogitsWarper"] = nameof(TopKProcessor),
        ["TopPLogitsWarper"] = nameof(TopPProcessor),
        ["MinPLogitsWarper"] = nameof(MinPProcessor),
    };

    public static TheoryData<string, string> GoldenProcessors()
    {
        var cases = from file in new[] { "single.json", "edge.json" }
                    from @case in All("processors", file)
                    where !NotYet.Contains(@case.Value.Text("processor"))
                    select (file, @case.Key);
        return [.. cases];
    }

    public static TheoryData<string> GoldenPipelines() => NamesBut("processors", "pipelines.json", PipelinesNotYet);

    [Fact]
    public void GoldenFiles_Processors_AreTestedOrListedAsNotYet()
    {
        string[] here = ["repetition_penalty", "temperature", "top_k", "top_p", "min_p"];
        var all = All("processors", "single.json").Concat(All("processors", "edge.json")).Select(@case => @case.Value.Text("processor"));

        Assert.Equal(NotYet, all.Distinct().Except(here).Order(StringComparer.Ordinal));
        Assert.Equal(64, GoldenProcessors().Count);
        Assert.Equal(7, GoldenPipelines().Count);
    }

    [Theory, MemberData(nameof(GoldenProcessors))]
    public void Process_GoldenCase_GivesTheReferencesScores(string file, string name)
    {
        var @case = All("processors", file)[name];
        var processor = Create(@case.Text("processor"), @case.GetProperty("params"));

        for (var row = 0; row < @case.GetProperty("scores_in").GetArrayLength(); row++)
        {
            var scores = @case.GetProperty("scores_in")[row].Floats();
            processor.Process(scores, @case.GetProperty("input_ids")[row].EnumerateArray().Select(id => id.GetInt32()).ToArray());

            AssertScores(@case, @case.GetProperty("scores_out")[row].Floats(), scores);
        }
    }

    [Theory, MemberData(nameof(GoldenPipelines))]
    public void CreateProcessors_GoldenPipeline_GivesTheReferencesListAndProbabilities(string name)
    {
        var @case = All("processors", "pipelines.json")[name];
        var processors = HuggingFaceOptions.Parse(@case.GetProperty("options")).CreateProcessors();

        var expected = @case.GetProperty("processors").EnumerateArray().Select(item => ClassNames[item.GetString()!]);
        Assert.Equal(expected, processors.Select(item => item.GetType().Name));
        for (var row = 0; row < @case.GetProperty("scores_in").GetArrayLength(); row++)
        {
            var scores = @case.GetProperty("scores_in")[row].Floats();
            foreach (var processor in processors)
                processor.Process(scores, @case.GetProperty("input_ids")[row].EnumerateArray().Select(id => id.GetInt32()).ToArray());

            AssertScores(@case, @case.GetProperty("scores_out")[row].Floats(), scores);
            Assert.All(
                @case.GetProperty("probabilities")[row].Floats().Zip(Softmax(scores)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
    }

    [Theory]
    [InlineData(0.2, 0.041)]
    [InlineData(0.5, 0.491)]
    [InlineData(0.8, 0.918)]
    [InlineData(1.0, 1.107)]
    [InlineData(1.5, 1.357)]
    public void Temperature_FiveTokens_SetsTheEntropy(double temperature, double entropy)
    {
        float[] logits = [3, 2, 1, 0.5f, 0.1f];

        new TemperatureProcessor(temperature).Process(logits, []);

        Assert.Equal(entropy, -Softmax(logits).Sum(p => p * Math.Log(p)), 0.0005);
    }

    [Theory]
    [InlineData(1.0, 0.63, 0.23, 0.14)]
    [InlineData(0.5, 0.84, 0.11, 0.04)]
    [InlineData(2.0, 0.48, 0.29, 0.23)]
    public void Temperature_ThreeTokens_SharpensOrFlattens(double temperature, double first, double second, double third)
    {
        float[] logits = [2, 1, 0.5f];

        new TemperatureProcessor(temperature).Process(logits, []);

        Assert.Equal([first, second, third], Softmax(logits).Select(p => Math.Round(p, 2)));
    }

    [Fact]
    public void TopK_MoreThanTheVocabulary_KeepsAll()
    {
        var logits = Enumerable.Range(0, 65).Select(i => (float)i).ToArray();

        new TopKProcessor(200).Process(logits, []);

        Assert.Equal(Enumerable.Range(0, 65).Select(i => (float)i), logits);
    }

    [Fact]
    public void TopP_TokenThatReachesTheShare_Stays()
    {
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.15f), MathF.Log(0.05f)];

        new TopPProcessor(0.7).Process(logits, []);

        Assert.Equal([true, true, false, false], logits.Select(float.IsFinite));
    }

    [Theory]
    [InlineData("temperature", 0.0)]
    [InlineData("temperature", -1.0)]
    [InlineData("temperature", double.NaN)]
    [InlineData("top_k", 0.0)]
    [InlineData("top_k", -5.0)]
    [InlineData("top_p", -0.1)]
    [InlineData("top_p", 1.1)]
    [InlineData("min_p", 1.5)]
    [InlineData("min_p", -0.5)]
    [InlineData("repetition_penalty", 0.0)]
    [InlineData("repetition_penalty", -1.0)]
    public void Constructor_ValueOutOfRange_Throws(string processor, double value)
    {
        Assert.ThrowsAny<ArgumentException>(Construct);

        ILogitsProcessor Construct() => processor switch
        {
            "temperature" => new TemperatureProcessor(value),
            "top_k" => new TopKProcessor((int)value),
            "top_p" => new TopPProcessor(value),
            "min_p" => new MinPProcessor(value),
            _ => new RepetitionPenaltyProcessor(value),
        };
    }

    [Fact]
    public void Constructor_NoTokenToKeep_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopPProcessor(0.5, minTokensToKeep: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RepetitionPenaltyProcessor(1.1, ignoredIds: -1));
    }

    internal static double[] Softmax(IReadOnlyList<float> logits)
    {
        var best = logits.Max();
        var weights = logits.Select(logit => Math.Exp(logit - best)).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    private static ILogitsProcessor Create(string processor, JsonElement parameters)
    {
        var keep = parameters.TryGetProperty("min_tokens_to_keep", out var least) ? least.GetInt32() : 1;
        var value = parameters.GetProperty(processor);
        return processor switch
        {
            "repetition_penalty" => new RepetitionPenaltyProcessor(
                value.GetDouble(), parameters.TryGetProperty("prompt_ignore_length", out var length) ? length.GetInt32() : 0),
            "temperature" => new TemperatureProcessor(value.GetDouble()),
            "top_k" => new TopKProcessor(value.GetInt32(), keep),
            "top_p" => new TopPProcessor(value.GetDouble(), keep),
            _ => new MinPProcessor(value.GetDouble(), keep),
        };
    }

    private static void AssertScores(JsonElement @case, float[] expected, float[] actual)
    {
        var check = @case.TryGetProperty("check", out var kind) ? kind.GetString() : "exact";
        if (check == "none")
            return;
        Assert.Equal(expected.Count(float.IsFinite), actual.Count(float.IsFinite));
        if (check == "count")
            return;
        Assert.Equal(expected.Select(float.IsFinite), actual.Select(float.IsFinite));
        foreach (var (want, have) in expected.Zip(actual).Where(pair => float.IsFinite(pair.First)))
            Assert.Equal(want, have, Math.Max(1e-6f, 1e-5f * Math.Abs(want)));
    }
}
