using static Llm.Sampling.Tests.GoldenCases;

namespace Llm.Sampling.Tests;

public sealed class TokenGeneratorTests
{
    // Need n-gram bans, forbidden or forced tokens, biases, minimum lengths, decay or guidance.
    private static readonly string[] GreedyNotYet =
    [
        "repetition-ngram-1", "repetition-ngram-2", "repetition-ngram-3", "repetition-ngram-4", "repetition-ngram-5",
        "repetition-ngram-6", "no-repeat-1", "no-repeat-2", "no-repeat-4", "bad-word-first-choice", "bad-word-pair", "sequence-bias",
        "suppress", "begin-suppress", "exponential-decay", "forced-eos", "min-new-tokens", "min-length", "renormalize",
        "encoder-repetition", "guidance", "guidance-negative-prompt", "everything",
    ];

    // Need typical-p, epsilon, eta, top-h, n-gram bans, minimum lengths or biases.
    private static readonly string[] SamplingNotYet =
        ["typical-0.8", "epsilon-eta", "top-h-0.5", "penalties", "min-new-tokens", "renormalize-bias"];

    public static TheoryData<string> GreedyCases() => NamesBut("generation", "greedy.json", GreedyNotYet);

    public static TheoryData<string> SamplingCases() => NamesBut("generation", "sampling.json", SamplingNotYet);

    [Fact]
    public void GoldenFiles_Cases_AreTestedOrListedAsNotYet()
    {
        Assert.Equal((27, 23), (GreedyCases().Count, GreedyNotYet.Length));
        Assert.Equal((7, 6), (SamplingCases().Count, SamplingNotYet.Length));
        Assert.All(GreedyNotYet, name => Assert.Throws<NotSupportedException>(
            () => HuggingFaceOptions.Parse(All("generation", "greedy.json")[name].GetProperty("options"))));
    }

    [Theory, MemberData(nameof(GreedyCases))]
    public void Generate_GreedyCase_GivesTheReferencesIdsWithAndWithoutCache(string name)
    {
        var @case = All("generation", "greedy.json")[name];
        foreach (var useCache in new[] { true, false })
        {
            var options = HuggingFaceOptions.Parse(@case.GetProperty("options"));
            (options.DoSample, options.UseCache) = (false, useCache);

            var tokens = MobyMini.Tokens.Generate(@case.Ids("input_ids"), options).ToArray();

            Assert.Equal(@case.Ids("new_ids"), tokens.Select(token => token.Id));
            Assert.Equal(@case.Text("finish") == "eos" ? FinishReason.StopToken : FinishReason.Length, tokens[^1].FinishReason);
            Assert.All(tokens[..^1], token => Assert.Null(token.FinishReason));
        }
    }

    [Theory, MemberData(nameof(SamplingCases))]
    public void Processors_SamplingCase_GiveTheReferencesProbabilities(string name)
    {
        var @case = All("generation", "sampling.json")[name];
        var processors = HuggingFaceOptions.Parse(@case.GetProperty("options")).CreateProcessors();
        var ids = @case.Ids("input_ids").ToList();
        using var session = new TorchSession(MobyMini.Model, 16);
        var logits = new float[1024];

        session.Prefill(ids.ToArray(), logits);
        foreach (var (id, expected) in @case.Ids("continuation").Zip(MobyMini.Rows("sampling.safetensors", name)))
        {
            foreach (var processor in processors)
                processor.Process(logits, ids.ToArray());
            Assert.All(expected.Zip(LogitsProcessorsTests.Softmax(logits)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            Assert.Equal(expected.Count(p => p > 0), logits.Count(float.IsFinite));

            ids.Add(id);
            session.Next(id, logits);
        }
    }

    public static TheoryData<string> CropCases() => NamesBut("generation", "crop.json");

    [Theory, MemberData(nameof(CropCases))]
    public void Generate_BeyondTheContext_SeesTheLastTokensAsNanoGptDoes(string name)
    {
        var @case = All("generation", "crop.json")[name];
        var expected = @case.Ids("new_ids");
        var options = new GenerationOptions { MaxNewTokens = expected.Length, StopTokens = [] };

        var tokens = MobyMini.Tokens.Generate(@case.Ids("input_ids"), options);

        Assert.Equal(expected, tokens.Select(token => token.Id));
    }

    [Fact]
    public void Generate_PromptLongerThanTheContext_CountsItsLastTokens()
    {
        var prompt = Enumerable.Range(1, 300).ToArray();
        var options = new GenerationOptions { MaxNewTokens = 3 };

        Assert.Equal(MobyMini.Tokens.Generate(prompt[^128..], options), MobyMini.Tokens.Generate(prompt, options));
    }

    [Fact]
    public void Generate_StopWhenTheContextIsFull_EndsThere()
    {
        var options = new GenerationOptions { MaxNewTokens = 1000, StopTokens = [], ContextOverflow = ContextOverflow.Stop };

        var tokens = MobyMini.Tokens.Generate([401, 375], options).ToArray();

        Assert.Equal(126, tokens.Length);
        Assert.Equal(FinishReason.ContextFull, tokens[^1].FinishReason);
        Assert.Throws<ArgumentException>(() => MobyMini.Tokens.Generate(Enumerable.Repeat(1, 128).ToArray(), options));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Generate_SameSeed_SameTokensWithAndWithoutCache(long seed)
    {
        var options = new GenerationOptions { MaxNewTokens = 60, StopTokens = [], DoSample = true, Seed = seed };

        var cached = Ids(options);
        options.UseCache = false;

        Assert.Equal(cached, Ids(options));
        options.Seed++;
        Assert.NotEqual(cached, Ids(options));

        static int[] Ids(GenerationOptions options) => [.. MobyMini.Tokens.Generate([35, 389, 396], options).Select(token => token.Id)];
    }

    [Fact]
    public void Generate_ManySeeds_FollowTheProcessedDistribution()
    {
        float[] logits = [1, 0, 2, -1, 0.5f, -2];
        using var model = ScriptedSession.Shape(vocabSize: 6);
        var generator = new TokenGenerator(model, null, _ => new ScriptedSession(_ => logits));
        var options = new GenerationOptions { MaxNewTokens = 1, Temperature = 1.5, TopK = 5, TopP = 0.95 };
        var processed = logits.ToArray();
        foreach (var processor in options.CreateProcessors())
            processor.Process(processed, []);
        const int Draws = 20_000;

        var counts = new int[6];
        for (options.Seed = 0; options.Seed < Draws; options.Seed++)
            counts[generator.Generate([0], options).Single().Id]++;

        var statistic = counts.Zip(LogitsProcessorsTests.Softmax(processed)).Where(pair => pair.Second > 0)
            .Sum(pair => Math.Pow(pair.First - Draws * pair.Second, 2) / (Draws * pair.Second));
        Assert.Equal(0, counts[5]);
        Assert.True(statistic < 18.5, $"chi-squared {statistic:F1}"); // 4 degrees of freedom, p = 0.001
    }

    [Fact]
    public void Generate_TemperatureZero_TakesTheBestToken()
    {
        var greedy = MobyMini.Tokens.Generate([401, 375]);

        Assert.Equal(greedy, MobyMini.Tokens.Generate([401, 375], new GenerationOptions { DoSample = true, Temperature = 0 }));
        Assert.Throws<ArgumentException>(() => MobyMini.Tokens.Generate([401, 375], new GenerationOptions { Temperature = -1 }));
    }

    [Fact]
    public void Generate_Cancelled_EndsBeforeTheNextToken()
    {
        using var cancellation = new CancellationTokenSource();
        var session = new ScriptedSession(_ => ScriptedSession.Only(1, 4));
        using var model = ScriptedSession.Shape(vocabSize: 4);
        var generator = new TokenGenerator(model, new GenerationOptions { MaxNewTokens = 100 }, _ => session);
        var seen = 0;

        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in generator.Generate([0], cancellationToken: cancellation.Token))
            {
                if (++seen == 5)
                    cancellation.Cancel();
            }
        });

        Assert.Equal(5, seen);
        Assert.True(session.IsDisposed);
    }

    [Fact]
    public void Generate_BadPrompt_SaysWhatIsWrong()
    {
        Assert.Contains("1024", Refused([1, 1024]));
        Assert.Contains("-1", Refused([-1]));
        Assert.Contains("StartToken", Refused([]));
        Assert.Contains("MaxLength", Refused([1, 2], new GenerationOptions { MaxLength = 2 }));

        static string Refused(int[] prompt, GenerationOptions? options = null) =>
            Assert.Throws<ArgumentException>(() => new TokenGenerator(MobyMini.Model).Generate(prompt, options)).Message;
    }

    [Fact]
    public void Generate_StopStrings_SaysThatTheyNeedATokenizer() =>
        Assert.Contains("tokenizer", Assert.Throws<ArgumentException>(
            () => MobyMini.Tokens.Generate([1], new GenerationOptions { StopStrings = ["x"] })).Message);

    [Fact]
    public void Generate_ModelInTrainingMode_SaysSo()
    {
        using var model = ScriptedSession.Shape(vocabSize: 4);
        model.train();

        Assert.Contains("eval", Assert.Throws<InvalidOperationException>(() => new TokenGenerator(model).Generate([0])).Message);
    }

    [Fact]
    public void Generate_LogitsNotNumbers_Throws()
    {
        using var model = ScriptedSession.Shape(vocabSize: 2);
        var generator = new TokenGenerator(model, null, _ => new ScriptedSession(_ => [float.NaN, 0]));

        Assert.Throws<InvalidOperationException>(() => generator.Generate([0]).Count());
    }

    [Fact]
    public void Generate_EnumeratedTwice_StartsAnew()
    {
        var tokens = MobyMini.Tokens.Generate([401, 375]);

        Assert.Equal(tokens.ToArray(), tokens.ToArray());
    }

    [Fact]
    public void Generate_OwnProcessor_Acts()
    {
        var options = new GenerationOptions { MaxNewTokens = 5, Processors = [new Forbid(12)] };

        Assert.DoesNotContain(12, MobyMini.Tokens.Generate([401, 375], options).Select(token => token.Id));
    }

    private sealed class Forbid(int id) : ILogitsProcessor
    {
        public void Process(Span<float> logits, ReadOnlySpan<int> ids) => logits[id] = float.NegativeInfinity;
    }
}
