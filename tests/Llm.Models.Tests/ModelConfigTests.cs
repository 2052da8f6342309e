using System.Text.Json.Nodes;
using Llm.Testing;

namespace Llm.Models.Tests;

public sealed class ModelConfigTests
{
    private const string HubForm = """
        {"model_type": "gpt2", "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "bos_token_id": 1, "n_ctx": 40,
         "n_embd": 16, "n_head": 2, "n_layer": 2, "n_positions": 40,
         "task_specific_params": {"text-generation": {"max_length": 50}}, "vocab_size": 97}
        """;

    [Fact]
    public void FromJson_HubForm_ReadsItsKeysAndTakesHuggingFacesDefaultsForTheRest()
    {
        var config = Assert.IsType<Gpt2Config>(ModelConfig.FromJson(HubForm));

        Assert.Equal((97, 40, 16, 2, 2), (config.VocabSize, config.ContextLength, config.HiddenSize, config.LayerCount, config.HeadCount));
        Assert.Equal(
            (0.1, 1e-5, true, true),
            (config.AttentionDropout, config.LayerNormEpsilon, config.TieWordEmbeddings, config.ScaleAttention));
    }

    [Fact]
    public void ToJson_HubForm_KeepsEveryEntryAndNamesEachOnlyOnce()
    {
        var before = JsonNode.Parse(HubForm)!.AsObject();
        var after = JsonNode.Parse(ModelConfig.FromJson(HubForm).ToJson())!.AsObject();

        foreach (var (key, value) in before)
            Assert.True(JsonNode.DeepEquals(value, after[key]), key);
        Assert.DoesNotContain(after, entry => char.IsUpper(entry.Key[0]));
    }

    [Fact]
    public void FromJson_OfToJson_GivesTheSameConfig()
    {
        var config = Gpt2Presets.NanoGpt with { InnerSize = 40, Bias = false, UpcastAttention = true, EosTokenId = 3 };
        Assert.Equal(config with { Other = null }, (Gpt2Config)ModelConfig.FromJson(config.ToJson()) with { Other = null });
    }

    [Theory]
    [InlineData("""{"model_type": "llama9"}""", "'llama9' is not a known model type. Known: gpt2.")]
    [InlineData("""{"vocab_size": 3}""", "has no model_type")]
    [InlineData("""[1]""", "must hold an object")]
    [InlineData("""{"model_type": "gpt2", """, "cannot be read")]
    [InlineData("""{"model_type": "gpt2", "n_embd": "wide"}""", "cannot be read")]
    public void FromJson_NotAKnownConfig_SaysWhy(string json, string message)
    {
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => ModelConfig.FromJson(json)).Message);
    }

    [Fact]
    public void Load_FolderWithoutConfig_SaysSo()
    {
        var exception = Assert.Throws<FileNotFoundException>(() => ModelConfig.Load(TestData.Golden("models")));
        Assert.Contains("has no config.json: it is not a model folder", exception.Message);
    }

    [Fact]
    public void Validate_UnknownActivation_ListsTheKnownOnes()
    {
        var exception = Assert.Throws<ArgumentException>((Gpt2Presets.Gpt2 with { Activation = "gelu9" }).Validate);
        Assert.Contains("'gelu9' is not a known activation function. Known: gelu, gelu_new", exception.Message);
    }

    [Theory, InlineData(-0.1), InlineData(1), InlineData(double.NaN)]
    public void Validate_DropoutOutOfRange_Throws(double dropout)
    {
        Assert.Throws<ArgumentException>((Gpt2Presets.Gpt2 with { ResidualDropout = dropout }).Validate);
    }
}
