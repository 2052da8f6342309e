using Llm.Models;
using Llm.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Llm.HuggingFace.Tests;

public sealed class HuggingFaceServiceCollectionExtensionsTests
{
    [Fact]
    public void AddPretrainedModel_Named_GivesTheModelByKey()
    {
        using var provider = new ServiceCollection()
            .AddPretrainedModel("one", TestData.Golden("models", "gpt2-base"))
            .AddPretrainedModel("two", TestData.Golden("models", "gpt2-untied"))
            .BuildServiceProvider();

        Assert.Equal(42560, provider.GetRequiredKeyedService<CausalLM>("one").ParameterCounts.Total);
        Assert.NotSame(provider.GetRequiredKeyedService<CausalLM>("one"), provider.GetRequiredKeyedService<CausalLM>("two"));
        Assert.Same(provider.GetRequiredKeyedService<CausalLM>("one"), provider.GetRequiredKeyedService<PretrainedModel>("one").Model);
    }

    [Fact]
    public void AddPretrainedModel_NoFolder_FailsAtStartWithTheSameSentenceAsInCode()
    {
        using var provider = new ServiceCollection().AddPretrainedModel(_ => { }).BuildServiceProvider();

        var atStart = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        var inCode = Assert.Throws<ArgumentException>(() => PretrainedModel.Load(new PretrainedModelOptions()));

        Assert.Contains(inCode.Message, atStart.Message);
    }
}
