using Llm.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace Llm.Models.Tests;

// Seeds the generator of the process, so nothing may run beside it.
[Collection(nameof(Alone))]
public sealed class ModelOptionsTests
{
    [Fact]
    public void AddCausalLM_Named_GivesEachNameItsModel()
    {
        using var provider = new ServiceCollection()
            .AddCausalLM("opened", options => options.Folder = TestData.Golden("models", "gpt2-base"))
            .AddCausalLM("fresh", options => options.Preset = "tiny")
            .BuildServiceProvider();

        Assert.Equal(97, provider.GetRequiredKeyedService<CausalLM>("opened").Config.VocabSize);
        Assert.Equal(65, provider.GetRequiredKeyedService<CausalLM>("fresh").Config.VocabSize);
        Assert.Same(provider.GetRequiredKeyedService<CausalLM>("fresh"), provider.GetRequiredKeyedService<CausalLM>("fresh"));
    }

    [Fact]
    public void AddCausalLM_NeitherFolderNorPreset_FailsAtStartAsInCode()
    {
        using var provider = new ServiceCollection().AddCausalLM(_ => { }).BuildServiceProvider();

        var atStart = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(Assert.Throws<ArgumentException>(new ModelOptions().Validate).Message, atStart.Message);
    }

    [Fact]
    public void CreateModel_SameSeed_GivesTheSameWeights()
    {
        using var first = new ModelOptions { Preset = "tiny", Seed = 5 }.CreateModel();
        using var second = new ModelOptions { Preset = "tiny", Seed = 5 }.CreateModel();
        Assert.Equal(first.parameters().First().data<float>().ToArray(), second.parameters().First().data<float>().ToArray());
    }

    [Theory]
    [InlineData("tpu", "'tpu' is not a known device. Known: auto, cpu, cuda, cuda:N, mps.")]
    [InlineData("cuda:99", "There is no device 'cuda:99' here")]
    public void ParseDevice_NotThere_SaysWhatIsKnown(string name, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => TorchNames.ParseDevice(name)).Message);

    [Fact]
    public void ParseType_Unknown_ListsTheKnownOnes() =>
        Assert.Contains(
            "Known: float32, float64, float16, bfloat16",
            Assert.Throws<ArgumentException>(() => TorchNames.ParseType("int3")).Message);

    [Fact]
    public void ParseType_AnyCase_GivesTheType() => Assert.Equal(torch.ScalarType.BFloat16, TorchNames.ParseType("BFloat16"));

    [Fact]
    public void ByName_UnknownShape_ListsTheKnownOnes() =>
        Assert.Contains(
            "'gpt3' is not a known shape. Known: gpt2, ",
            Assert.Throws<ArgumentException>(() => Gpt2Presets.ByName("gpt3")).Message);
}
