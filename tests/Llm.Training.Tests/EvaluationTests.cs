using System.Text.Json;
using TorchSharp;
using static Llm.Training.Tests.Golden;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

public sealed class EvaluationTests
{
    public static TheoryData<int> Windows => [0, 1, 2, 3, 4];

    [Theory, MemberData(nameof(Windows))]
    public void OfText_SlidingWindow_EqualsReference(int number)
    {
        var golden = Json("training", "perplexity.json");
        var expected = golden.GetProperty("cases")[number];
        using var model = Model("gpt2-bpe-tiny");
        using var data = Text(golden);

        var result = Evaluation.OfText(model, data, expected.Int("max_length"), expected.Int("stride"), golden.Int("bytes"));

        Assert.Equal(expected.Int("exact_n_tokens"), result.Tokens);
        Assert.Equal(expected.Double("exact_nll_sum"), result.Loss * result.Tokens, 0.05); // relative 2e-5
        AssertClose(
            [expected.Double("exact_perplexity"), expected.Double("bits_per_byte")],
            [result.Perplexity, result.BitsPerByte!.Value], 0, 1e-4);
    }

    // Hugging Face's recipe weights the mean loss of every window but the first with one token too few.
    [Theory, MemberData(nameof(Windows))]
    public void OfText_WeightedAsHuggingFaceDoes_EqualsItsPerplexity(int number)
    {
        var golden = Json("training", "perplexity.json");
        var expected = golden.GetProperty("cases")[number];
        using var model = Model("gpt2-bpe-tiny");
        using var data = Text(golden);
        var (sum, tokens) = (0.0, 0.0);
        var windows = expected.GetProperty("windows").EnumerateArray();
        foreach (var window in windows.Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray()))
        {
            var (begin, end, predicted, counted) = ((long)window[0], (long)window[1], (int)window[4], window[3]);
            if (predicted == 0)
                continue;
            using var part = Slice(data, begin, end);
            var result = Evaluation.Of(model, [Last(part, predicted)]);
            Assert.Equal(window[5], result.Loss, 1e-4);
            (sum, tokens) = (sum + result.Loss * counted, tokens + counted);
        }

        AssertClose([expected.Double("perplexity")], [Math.Exp(sum / tokens)], 0, 1e-4);
    }

    // nanochat counts neither the nats nor the bytes of tokens without bytes, such as the end of a text.
    [Fact]
    public void Of_TokensWithoutBytesIgnored_EqualsNanochatsBitsPerByte()
    {
        using var scope = NewDisposeScope();
        var golden = Tensors("training", "bits_per_byte.safetensors");
        using var model = Model("gpt2-bpe-tiny");
        var y = golden["y"];
        var bytes = golden["token_bytes"].index_select(0, y.clamp(0).flatten()).view(y.shape).where(y.ge(0), 0);
        var targets = y.where(bytes.gt(0), Batch.Ignored);

        var result = Evaluation.Of(model, [new Batch(golden["x"], targets)], bytes.sum().ToInt64());

        AssertClose([Json("training", "perplexity.json").Double("nanochat_bits_per_byte")], [result.BitsPerByte!.Value], 0, 1e-4);
    }

    [Fact]
    public void Of_SequentialWindows_EqualsSlidingWindowsThatDoNotOverlap()
    {
        using var model = Tiny.Model();
        using var data = Tiny.Data(8 * 5 + 1);

        var batched = Evaluation.Of(model, new SequentialWindows(data, 3, 8));
        var one = Evaluation.Of(model, new SequentialWindows(data, 1, 8));

        Assert.Equal(40, batched.Tokens);
        Assert.Equal(one.Loss, batched.Loss, 1e-6);
    }

    [Fact]
    public void Of_FreshModel_IsAsUnsureAsChance()
    {
        using var model = Tiny.Model();

        var result = Evaluation.Of(model, Tiny.Windows());

        Assert.Equal(200 * 4 * 8, result.Tokens); // nanoGPT's 200 batches, as random windows have no end
        Assert.Equal(11, result.Perplexity, 0.5);
    }

    [Fact]
    public void Of_ModelInTrainingMode_EvaluatesWithoutDropoutAndPutsItBack()
    {
        using var model = Tiny.Model(Tiny.WithDropout);
        var expected = Evaluation.Of(model, Tiny.Windows(), 3);
        model.train();

        var result = Evaluation.Of(model, Tiny.Windows(), 3);

        Assert.Equal(expected, result);
        Assert.True(model.training);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(9, 1)]
    [InlineData(8, 0)]
    [InlineData(8, 9)]
    public void OfText_WindowThatDoesNotFit_Throws(int context, int stride)
    {
        using var model = Tiny.Model();
        using var data = Tiny.Data();

        Assert.Throws<ArgumentException>(() => Evaluation.OfText(model, data, context, stride));
    }

    [Fact]
    public void OfText_LastIdAloneInItsWindow_IsLeftOut()
    {
        using var model = Tiny.Model();
        using var data = Tiny.Data(9);

        Assert.Equal(7, Evaluation.OfText(model, data, 8, 8).Tokens);
        Assert.Equal(8, Evaluation.OfText(model, data, 8, 7).Tokens);
    }

    [Fact]
    public void OfText_OneId_SaysSo()
    {
        using var model = Tiny.Model();
        using var data = TokenData.FromIds([1]);

        Assert.Throws<ArgumentException>(() => Evaluation.OfText(model, data));
    }

    [Fact]
    public void Of_NoTargetCounts_SaysSo()
    {
        using var model = Tiny.Model();
        var ids = tensor([1L, 2]).unsqueeze(0);

        var error = Assert.Throws<ArgumentException>(() => Evaluation.Of(model, [new Batch(ids, full_like(ids, Batch.Ignored))]));

        Assert.Contains("no target counts", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3.0, 20.0855)]
    [InlineData(4.0, 54.5982)]
    [InlineData(1.5, 4.4817)]
    public void Perplexity_Loss_IsItsExponential(double loss, double perplexity) =>
        Assert.Equal(perplexity, new EvaluationResult(loss, 1).Perplexity, 1e-4);

    private static TokenData Text(JsonElement golden) =>
        TokenData.FromIds(golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));

    private static TokenData Slice(TokenData data, long begin, long end)
    {
        var ids = new long[end - begin];
        data.CopyTo(begin, ids);
        return TokenData.FromIds(ids.Select(id => (int)id));
    }

    // One row that predicts the last so many ids.
    private static Batch Last(TokenData data, int predicted)
    {
        var batch = new SequentialWindows(data, 1, (int)data.Length - 1).Get(0);
        Batch.Row(batch.Targets, 0)[..^predicted].Fill(Batch.Ignored);
        return batch;
    }
}
