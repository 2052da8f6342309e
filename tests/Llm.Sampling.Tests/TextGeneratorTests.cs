using Llm.Tokenizers;
using static Llm.Sampling.Tests.GoldenCases;

namespace Llm.Sampling.Tests;

public sealed class TextGeneratorTests
{
    // Batches, and what is tested on its own: criteria in GeneratedTextTests.
    private static readonly string[] StopNotHere =
        ["batch", "batch-without-end-token", .. Enumerable.Range(1, 11).Select(number => $"criterion-{number:D2}")];

    public static TheoryData<string> StopCases() => NamesBut("generation", "stop.json", StopNotHere);

    public static TheoryData<string> StreamCases() => NamesBut("generation", "streaming.json", "generate-skip-prompt");

    [Theory, MemberData(nameof(TokenGeneratorTests.GreedyCases), MemberType = typeof(TokenGeneratorTests))]
    public void Generate_GreedyCase_GivesTheReferencesText(string name)
    {
        var @case = All("generation", "greedy.json")[name];
        var options = HuggingFaceOptions.Parse(@case.GetProperty("options"));
        (options.DoSample, options.AllowSpecialTokens) = (false, true);

        var result = MobyMini.Texts.Generate(@case.Text("prompt"), options);
        options.SkipSpecialTokens = false;
        var raw = MobyMini.Texts.Generate(@case.Text("prompt"), options);

        Assert.Equal(@case.Ids("new_ids"), result.Ids);
        Assert.Equal(@case.Text("text"), result.Text);
        Assert.Equal(@case.Text("text_raw"), raw.Text);
        Assert.Equal(new TokenUsage(@case.Ids("input_ids").Length, result.Ids.Count), result.Usage);
    }

    [Theory, MemberData(nameof(StopCases))]
    public void Generate_StopCase_EndsWhereTheReferenceDoes(string name)
    {
        var @case = All("generation", "stop.json")[name];

        var result = MobyMini.Texts.Generate(@case.Text("prompt"), HuggingFaceOptions.Parse(@case.GetProperty("options")));

        Assert.Equal(@case.Ids("new_ids"), result.Ids);
        Assert.Equal(@case.Text("text"), result.Text);
        Assert.Equal(@case.Text("finish") switch
        {
            "stop" => FinishReason.StopString,
            "eos" => FinishReason.StopToken,
            _ => FinishReason.Length,
        }, result.FinishReason);
    }

    [Theory, MemberData(nameof(StopCases))]
    public async Task StreamAsync_TrimmedStopString_GivesTheTextBeforeIt(string name)
    {
        var @case = All("generation", "stop.json")[name];
        var options = HuggingFaceOptions.Parse(@case.GetProperty("options"));
        options.TrimStopStrings = true;

        var streamed = string.Concat(await MobyMini.Texts.StreamAsync(@case.Text("prompt"), options).ToListAsync());

        var (prompt, text) = (@case.Text("prompt"), @case.Text("text"));
        var ends = from found in @case.GetProperty("found").EnumerateArray()
                   let stop = found.GetString()!
                   let start = (prompt + text).IndexOf(stop, Math.Max(0, prompt.Length - stop.Length + 1), StringComparison.Ordinal)
                   select Math.Max(0, start - prompt.Length);
        Assert.Equal(text[..ends.DefaultIfEmpty(text.Length).Min()], streamed);
    }

    [Theory, MemberData(nameof(StreamCases))]
    public void Stream_GoldenIds_GivesWholeCharactersAtOnce(string name)
    {
        var @case = All("generation", "streaming.json")[name];
        var ids = @case.Ids("ids");
        var generator = ScriptedSession.Writes(ids, new GenerationOptions
        {
            MaxNewTokens = ids.Length,
            StopTokens = [],
            SkipSpecialTokens = @case.GetProperty("skip_special_tokens").GetBoolean(),
        });

        var pieces = generator.Stream(new[] { 1 }).Select(update => update.Text).ToArray();

        var expected = @case.GetProperty("character_pieces").EnumerateArray().Select(piece => piece.GetString()).ToArray();
        expected[^1] += @case.Text("character_piece_at_end");
        Assert.Equal(expected, pieces);
    }

    [Fact]
    public async Task StreamAsync_GoldenRun_GivesTheWholeTextInPieces()
    {
        var @case = All("generation", "streaming.json")["generate-skip-prompt"];

        var options = HuggingFaceOptions.Parse(@case.GetProperty("options"));

        var pieces = await MobyMini.Texts.StreamAsync(@case.Text("prompt"), options).ToListAsync();

        Assert.Equal(@case.Text("text"), string.Concat(pieces));
        Assert.True(pieces.Count > 10);
        Assert.DoesNotContain("", pieces);
    }

    [Fact]
    public async Task AllWays_SameSeed_GiveTheSameTextAlsoEightAtOnce()
    {
        var options = new GenerationOptions { MaxNewTokens = 40, DoSample = true, TopK = 0, StopTokens = [] };
        var alone = Enumerable.Range(0, 8).Select(seed => MobyMini.Texts.Generate("The ship was", With(seed)).Text).ToArray();

        var whole = await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => MobyMini.Texts.GenerateAsync("The ship was", With(seed))));
        var streamed = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            async seed => string.Concat(await MobyMini.Texts.StreamAsync("The ship was", With(seed)).ToListAsync())));

        Assert.Equal(8, alone.Distinct().Count());
        Assert.Equal(alone, whole.Select(result => result.Text));
        Assert.Equal(alone, streamed);

        GenerationOptions With(int seed) => new GenerationOptions { Seed = seed }.WithDefaults(options);
    }

    [Fact]
    public void Generate_NoSeed_GivesAnotherTextEachTime()
    {
        var options = new GenerationOptions { MaxNewTokens = 40, DoSample = true, TopK = 0 };

        Assert.NotEqual(MobyMini.Texts.Generate("The", options).Text, MobyMini.Texts.Generate("The", options).Text);
    }

    [Fact]
    public void Generate_EmptyPrompt_StartsFromTheEndOfText()
    {
        var expected = All("generation", "greedy.json")["end-token-prompt"];

        var options = new GenerationOptions { MaxNewTokens = 25 };

        var result = MobyMini.Texts.Generate("", options);
        var withoutConfig = new TextGenerator(MobyMini.Model, MobyMini.Tokenizer).Generate("", options);

        Assert.Equal(expected.Ids("new_ids"), result.Ids);
        Assert.Equal(expected.Ids("new_ids"), withoutConfig.Ids);
        Assert.Equal(1, result.Usage.PromptTokens);
    }

    [Fact]
    public void Generate_SpecialTokenInThePrompt_IsPlainTextUnlessAllowed()
    {
        Assert.True(MobyMini.Texts.Generate("<|endoftext|>").Usage.PromptTokens > 1);
        Assert.Equal(1, MobyMini.Texts.Generate("<|endoftext|>", new GenerationOptions { AllowSpecialTokens = true }).Usage.PromptTokens);
    }

    [Fact]
    public void Generate_VocabularyPaddedBeyondTheTokenizer_NeverGivesAnIdWithoutText()
    {
        using var model = ScriptedSession.Shape(vocabSize: 1100);
        var logits = new float[1100];
        logits.AsSpan(1024).Fill(5);
        logits[35] = 1;
        var generator = new TextGenerator(model, MobyMini.Tokenizer, null, _ => new ScriptedSession(_ => logits));

        Assert.Equal("CCC", generator.Generate("x", new GenerationOptions { MaxNewTokens = 3 }).Text);
    }

    [Fact]
    public void Generate_IdsAsPrompt_EqualsText() =>
        Assert.Equal(MobyMini.Texts.Generate("Call me").Text, MobyMini.Texts.Generate(new[] { 35, 389, 396 }).Text);

    [Fact]
    public async Task GenerateAsync_BadOptions_ThrowsWhereItIsAwaited()
    {
        var options = new GenerationOptions { TopP = 2 };

        await Assert.ThrowsAsync<ArgumentException>(() => MobyMini.Texts.GenerateAsync("x", options));
        await Assert.ThrowsAsync<ArgumentException>(async () => await MobyMini.Texts.StreamAsync("x", options).ToListAsync());
    }

    [Fact]
    public async Task StreamAsync_Cancelled_EndsWithinOneToken()
    {
        using var cancellation = new CancellationTokenSource();
        var options = new GenerationOptions { MaxNewTokens = 100, StopTokens = [] };
        var seen = 0;

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in MobyMini.Texts.StreamAsync("Call me", options, cancellation.Token))
            {
                if (++seen == 3)
                    await cancellation.CancelAsync();
            }
        });

        Assert.Equal(3, seen);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MobyMini.Texts.GenerateAsync("x", null, cancellation.Token));
    }

    [Fact]
    public void Generate_CharTokenizer_StopsNowhereByItself()
    {
        var tokenizer = CharTokenizer.FromText("abc");
        using var model = ScriptedSession.Shape(vocabSize: tokenizer.VocabSize);

        var result = new TextGenerator(model, tokenizer).Generate("ab", new GenerationOptions { MaxNewTokens = 7 });

        Assert.Equal((7, FinishReason.Length), (result.Text.Length, result.FinishReason));
    }
}
