using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers.Tests;

public class TokenizersServiceCollectionExtensionsTests
{
    [Fact]
    public void AddTokenizer_Encoding_IsOneTokenizerUnderBothTypes()
    {
        using var provider = new ServiceCollection().AddTokenizer(options => options.Encoding = "gpt2").BuildServiceProvider();

        Assert.Same(ByteLevelBpeTokenizer.Gpt2(), provider.GetRequiredService<LlmTokenizer>());
        Assert.Same(provider.GetRequiredService<LlmTokenizer>(), provider.GetRequiredService<Tokenizer>());
    }

    [Fact]
    public void AddTokenizer_Names_AreKeyedServices()
    {
        using var provider = new ServiceCollection()
            .AddTokenizer("letters", options => (options.Characters, options.UnknownToken) = ("cab", "?"))
            .AddTokenizer("folder", options => options.Folder = Golden.Folder("folders", "gpt2-saved"))
            .AddTokenizer("chat", options => options.Encoding = "cl100k_base")
            .BuildServiceProvider();

        Assert.Equal([2, 0, 1, 3], provider.GetRequiredKeyedService<LlmTokenizer>("letters").Encode("cabz"));
        Assert.Equal(517, provider.GetRequiredKeyedService<LlmTokenizer>("folder").VocabSize);
        Assert.Same(ByteLevelBpeTokenizer.Cl100k(), provider.GetRequiredKeyedService<Tokenizer>("chat"));
    }

    [Fact]
    public void AddTokenizer_InvalidOptions_FailAtStart()
    {
        using var provider = new ServiceCollection().AddTokenizer("bad", options => options.Encoding = "gpt9").BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(
            "'gpt9' is not a known encoding. Known: gpt2, r50k_base, p50k_base, p50k_edit, cl100k_base, o200k_base.", error.Message);
    }

    [Fact]
    public void Validate_ContradictingOptions_SaysWhatToDo()
    {
        Assert.Contains("Give one of", Fails(new TokenizerOptions()));
        Assert.Contains("Give one of", Fails(new TokenizerOptions { Encoding = "gpt2", Folder = "x" }));
        Assert.Contains("UnknownToken belongs to Characters", Fails(new TokenizerOptions { Encoding = "gpt2", UnknownToken = "?" }));

        static string Fails(TokenizerOptions options) => Assert.Throws<ArgumentException>(() => options.CreateTokenizer()).Message;
    }
}
