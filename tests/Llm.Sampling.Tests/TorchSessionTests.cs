using Llm.Models;
using static Llm.Sampling.Tests.GoldenCases;
using static TorchSharp.torch;

namespace Llm.Sampling.Tests;

public sealed class TorchSessionTests
{
    public static TheoryData<string> Prompts() => NamesBut("generation", "next_token.json");

    [Theory, MemberData(nameof(Prompts))]
    public void Prefill_GoldenPrompt_GivesTheReferencesLogits(string name)
    {
        var @case = All("generation", "next_token.json")[name];

        var logits = Prefill(MobyMini.Model, @case.Ids("input_ids"));

        AssertClose(MobyMini.Rows("next_token.safetensors", @case.Text("logits_tensor"))[0], logits, 2e-4);
    }

    public static TheoryData<string> Chunks() => NamesBut("generation", "cache.json", "keys-and-values");

    [Theory, MemberData(nameof(Chunks))]
    public void Cache_GoldenChunks_GiveTheLogitsOfOnePass(string name)
    {
        var @case = All("generation", "cache.json")[name];
        var expected = MobyMini.Rows("cache.safetensors", "logits");
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache();

        foreach (var length in @case.Ids("chunks"))
        {
            var past = cache.Length;
            var ids = @case.Ids("input_ids")[past..(past + length)].Select(id => (long)id).ToArray();
            var logits = MobyMini.Model.call(tensor(ids).unsqueeze(0), cache);                  // (1, T, V)
            foreach (var (row, i) in logits.data<float>().ToArray().Chunk(1024).Select((row, i) => (row, i)))
                AssertClose(expected[past + i], row, 1e-4);
        }
    }

    [Fact]
    public void Next_AfterPrefill_GivesTheLogitsOfOnePass()
    {
        var ids = All("generation", "cache.json")["chunks-1"].Ids("input_ids");
        using var session = new TorchSession(MobyMini.Model, capacity: 4);
        var logits = new float[1024];

        session.Prefill(ids.AsSpan(0, 40), logits);
        foreach (var id in ids[40..])
            session.Next(id, logits);
        AssertClose(MobyMini.Rows("cache.safetensors", "logits")[^1], logits, 1e-4);

        session.Prefill(ids.AsSpan(0, 3), logits);
        AssertClose(MobyMini.Rows("cache.safetensors", "logits")[2], logits, 1e-4);
    }

    [Fact]
    public void Append_AfterThirteenTokens_HoldsTheReferencesKeysAndValues()
    {
        var @case = All("generation", "cache.json")["keys-and-values"];
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache();
        MobyMini.Model.call(tensor(@case.Ids("input_ids").Select(id => (long)id).ToArray()).unsqueeze(0), cache);

        for (var layer = 0; layer < 4; layer++)
        {
            var (keys, values) = cache.Append(layer, zeros(1, 4, 0, 32), zeros(1, 4, 0, 32)); // nothing more: (1, G, 13, D)
            AssertClose(Stored($"layer{layer}.key"), keys.contiguous().data<float>().ToArray(), 1e-4);
            AssertClose(Stored($"layer{layer}.value"), values.contiguous().data<float>().ToArray(), 1e-4);
        }
    }

    private static float[] Stored(string name) => [.. MobyMini.Rows("cache.safetensors", name).SelectMany(row => row)];

    [Theory]
    [InlineData(ScalarType.Float64, 2e-4)]
    [InlineData(ScalarType.BFloat16, 0.5)]
    [InlineData(ScalarType.Float16, 0.05)]
    public void Prefill_ModelOfAnotherType_GivesFloat32Logits(ScalarType type, double tolerance)
    {
        using var model = ModelFolder.Load(MobyMini.Folder, type).Model;

        AssertClose(Prefill(MobyMini.Model, [35, 389, 396]), Prefill(model, [35, 389, 396]), tolerance);
    }

    private static float[] Prefill(CausalLM model, int[] ids)
    {
        using var session = new TorchSession(model, ids.Length);
        var logits = new float[model.Config.VocabSize];
        session.Prefill(ids, logits);
        return logits;
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
