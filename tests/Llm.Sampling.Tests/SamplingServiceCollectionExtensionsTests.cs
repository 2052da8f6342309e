using Llm.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.ML.Tokenizers;

namespace Llm.Sampling.Tests;

public sealed class SamplingServiceCollectionExtensionsTests
{
    [Fact]
    public void AddTextGenerator_ModelAndTokenizer_GivesOneThatKnowsTheModelsConfig()
    {
        using var provider = new ServiceCollection()
            .AddSingleton(MobyMini.Model).AddSingleton<Tokenizer>(MobyMini.Tokenizer)
            .AddSingleton(new GenerationConfig { MaxNewTokens = 3, EosTokenIds = [12] })
            .AddTextGenerator(options => options.StopTokens = [])
            .BuildServiceProvider();

        var result = provider.GetRequiredService<TextGenerator>().Generate("Call me");

        Assert.Equal([12, 324, 7], result.Ids);
        Assert.Same(provider.GetRequiredService<TextGenerator>(), provider.GetRequiredService<TextGenerator>());
    }

    [Fact]
    public void AddTextGenerator_Named_HasOptionsOfItsOwn()
    {
        using var provider = new ServiceCollection()
            .AddKeyedSingleton("moby", MobyMini.Model).AddKeyedSingleton<Tokenizer>("moby", MobyMini.Tokenizer)
            .AddTextGenerator("moby", options => options.MaxNewTokens = 5)
            .AddTextGenerator("other", options => options.MaxNewTokens = 6)
            .BuildServiceProvider();

        Assert.Equal(5, provider.GetRequiredKeyedService<TextGenerator>("moby").Generate("Call me").Ids.Count);
    }

    [Fact]
    public void AddTextGenerator_BadOptions_FailsAtStartWithTheSameSentenceAsInCode()
    {
        using var provider = new ServiceCollection().AddTextGenerator("moby", options => options.TopP = 2).BuildServiceProvider();

        var atStart = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        var bad = new GenerationOptions { TopP = 2 };
        var inCode = Assert.Throws<ArgumentException>(() => new TextGenerator(MobyMini.Model, MobyMini.Tokenizer, bad));

        Assert.Contains(inCode.Message, atStart.Message);
    }
}
