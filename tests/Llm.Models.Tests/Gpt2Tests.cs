using Llm.Testing;
using TorchSharp;
using static Llm.Models.Tests.Tensors;
using static TorchSharp.torch;

namespace Llm.Models.Tests;

public sealed class Gpt2Tests
{
    private static readonly Gpt2Config Tiny =
        Gpt2Presets.NanoGpt with { VocabSize = 11, ContextLength = 8, LayerCount = 2, HeadCount = 2, HiddenSize = 12 };

    [Fact]
    public void Forward_LaterTokenChanged_EarlierLogitsStay()
    {
        using var model = Tiny.CreateModel();

        var first = model.call(Ids(1, 2, 3, 4, 5))[.., ..4];
        var second = model.call(Ids(1, 2, 3, 4, 9))[.., ..4];

        AssertClose(first, second, tolerance: 0);
    }

    [Fact]
    public void LastLogits_Prompt_AreTheLastOfAll()
    {
        using var model = Tiny.CreateModel();
        AssertClose(model.call(Ids(1, 2, 3))[.., -1], model.LastLogits(Ids(1, 2, 3)), tolerance: 1e-6);
    }

    [Fact]
    public void Forward_FreshModel_LossIsNearTheLogarithmOfTheVocabulary()
    {
        manual_seed(1);
        using var model = (Tiny with { VocabSize = 65, HiddenSize = 64 }).CreateModel();
        var ids = randint(0, 65, [4, 8], dtype: ScalarType.Int64);

        var loss = nn.functional.cross_entropy(model.call(ids).flatten(0, 1), randint(0, 65, [32], dtype: ScalarType.Int64));

        Assert.Equal(Math.Log(65), loss.ToDouble(), 0.1);
    }

    [Fact]
    public void Constructor_DefaultWeights_FollowNanoGpt()
    {
        using var model = (Tiny with { HiddenSize = 128, LayerCount = 8 }).CreateModel();
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);

        Assert.Equal(0.02, parameters["h.3.attn.c_attn.weight"].std().ToDouble(), 0.001);
        Assert.Equal(0.02 / Math.Sqrt(16), parameters["h.3.attn.c_proj.weight"].std().ToDouble(), 0.0005);
        Assert.Equal(0.02 / Math.Sqrt(16), parameters["h.3.mlp.c_proj.weight"].std().ToDouble(), 0.0005);
        Assert.Equal(0, parameters["h.3.mlp.c_proj.bias"].abs().max().ToDouble());
        Assert.Equal(1, parameters["ln_f.weight"].mean().ToDouble());
    }

    [Theory]
    [InlineData("gpt2", 124_439_808)]
    [InlineData("gpt2-medium", 354_823_168)]
    [InlineData("gpt2-large", 774_030_080)]
    [InlineData("gpt2-xl", 1_557_611_200)]
    [InlineData("distilgpt2", 81_912_576)]
    public void ParameterCounts_PublishedModel_EqualsThePublishedCount(string name, long expected)
    {
        using var model = Unfilled(Gpt2Presets.ByName(name));
        Assert.Equal(expected, model.ParameterCounts.Total);
    }

    [Fact]
    public void ParameterCounts_EducationalModel_EqualsRow51And49()
    {
        using var model = Gpt2Presets.ByName("educational").CreateModel();

        Assert.Equal(2_673_792, model.ParameterCounts.Total);
        Assert.Equal(2_673_792, model.ParameterCounts.Trainable);
        Assert.Equal(2_673_792 - 64 * 192, model.ParameterCounts.WithoutPositions);
        Assert.Equal(10.695168, model.ParameterCounts.MegabytesInFloat32, 6); // row 53
    }

    [Fact]
    public void ParameterCounts_SmallGpt2WithoutBiases_EqualsRow68()
    {
        using var tied = Unfilled(Gpt2Presets.Gpt2 with { Bias = false });
        using var untied = Unfilled(Gpt2Presets.Gpt2 with { Bias = false, TieWordEmbeddings = false });

        Assert.Equal(38_597_376, tied.ParameterCounts["token embeddings"]);
        Assert.Equal(84_934_656, tied.ParameterCounts["attention"] + tied.ParameterCounts["MLP"]);
        // The row counts the final norm with its bias, and no norm inside the blocks.
        Assert.Equal(162_917_376, untied.ParameterCounts.Total - untied.ParameterCounts["norms"] + 2 * 768);
    }

    [Theory]
    [InlineData("tiny", 0.418)]
    [InlineData("small", 3.23)]
    [InlineData("medium", 10.74)]
    public void ParameterCounts_CurriculumSizes_EqualRow70(string name, double millions)
    {
        using var model = (Gpt2Presets.ByName(name) with { Bias = false }).CreateModel();
        var counts = model.ParameterCounts;
        Assert.Equal(millions, (counts.Total - counts["norms"]) / 1e6, name == "tiny" ? 3 : 2);
    }

    [Fact]
    public void ParameterCounts_PublicFiles_NamesAndShapesAreThoseOfTheHub()
    {
        using var golden = System.Text.Json.JsonDocument.Parse(File.ReadAllText(TestData.Golden("models", "resize.json")));
        var expected = golden.RootElement.GetProperty("tensors").GetProperty("gpt2").EnumerateObject()
            .Where(tensor => tensor.Value.ValueKind == System.Text.Json.JsonValueKind.Array)
            .ToDictionary(tensor => tensor.Name, tensor => string.Join(',', tensor.Value.EnumerateArray()));
        using var model = Unfilled(Gpt2Presets.Gpt2);

        var actual = model.ExportWeights().ToDictionary(tensor => tensor.Key, tensor => string.Join(',', tensor.Value.shape));

        Assert.Equal(expected.OrderBy(tensor => tensor.Key), actual.OrderBy(tensor => tensor.Key));
    }

    [Fact]
    public void Validate_HeadsDoNotDivideTheHiddenSize_Throws()
    {
        var exception = Assert.Throws<ArgumentException>(() => (Gpt2Presets.Gpt2 with { HiddenSize = 384, HeadCount = 7 }).CreateModel());
        Assert.Contains("HiddenSize (384) must be a multiple of HeadCount (7)", exception.Message);
    }

    [Theory]
    [InlineData(new long[] { 0, 11 }, "Token id 11 is not in the vocabulary of 11")]
    [InlineData(new long[] { 0, -1 }, "Token id -1 is not in the vocabulary of 11")]
    [InlineData(new long[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, "9 tokens do not fit into the context of 8")]
    public void Forward_BadIds_Throws(long[] ids, string message)
    {
        using var model = Tiny.CreateModel();
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => model.call(Ids(ids))).Message);
    }

    [Fact]
    public void Forward_WrongShapeOrType_Throws()
    {
        using var model = Tiny.CreateModel();
        Assert.Contains("shape (B, T)", Assert.Throws<ArgumentException>(() => model.call(tensor([1L, 2L]))).Message);
        Assert.Contains("shape (B, T)", Assert.Throws<ArgumentException>(() => model.call(zeros(1, 0, dtype: ScalarType.Int64))).Message);
        Assert.Contains("must be Int64", Assert.Throws<ArgumentException>(() => model.call(zeros(1, 2))).Message);
    }

    [Fact]
    public void CropContext_Shorter_KeepsTheLogits()
    {
        using var model = Tiny.CreateModel();
        var before = model.call(Ids(1, 2, 3));

        model.CropContext(3);

        AssertClose(before, model.call(Ids(1, 2, 3)), tolerance: 0);
        Assert.Equal(3, model.Config.ContextLength);
        Assert.Throws<ArgumentException>(() => model.call(Ids(1, 2, 3, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.CropContext(4));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void ResizeVocabulary_Larger_KeepsOldLogitsAndStartsNewRowsAtTheMean(bool tied)
    {
        using var model = (Tiny with { TieWordEmbeddings = tied }).CreateModel();
        var before = model.call(Ids(1, 2, 3));

        model.ResizeVocabulary(13);

        var after = model.call(Ids(1, 2, 3));
        AssertClose(before, after[.., .., ..11], tolerance: 1e-6);
        AssertClose(before.mean([-1]), after[.., .., 12], tolerance: 1e-3);
        Assert.Equal(13, model.Config.VocabSize);
        Assert.Equal(tied ? 0 : 13 * 12, model.ParameterCounts["head"]);
        model.ResizeVocabulary(11);
        AssertClose(before, model.call(Ids(1, 2, 3)), tolerance: 1e-6);
    }

    [Fact]
    public void To_AnotherType_TiedModelStillRuns()
    {
        using var model = Tiny.CreateModel();
        var before = model.call(Ids(1, 2, 3));

        model.to(ScalarType.Float64);

        AssertClose(before, model.call(Ids(1, 2, 3)).to(ScalarType.Float32), tolerance: 1e-5);
        Assert.Equal(28, model.parameters().Count());
    }

    [Fact]
    public void Parameters_TiedModel_ListTheEmbeddingOnceSoOneStepDecaysItOnce()
    {
        using var model = Tiny.CreateModel();
        var embedding = model.named_parameters().Single(p => p.name == "wte.weight").parameter;
        using var optimizer = optim.AdamW(model.parameters(), lr: 0.5, weight_decay: 0.1);
        var before = embedding.clone();
        embedding.grad = zeros_like(embedding);

        optimizer.step();

        AssertClose(before * 0.95, embedding, tolerance: 1e-7);
    }

    // Memory that nobody writes to costs nothing, so even gpt2-xl can be built to be counted.
    private static CausalLM Unfilled(Gpt2Config config) => config.CreateModel(initialize: false);
}
