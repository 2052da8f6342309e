namespace Llm.Models;

/// <summary>
/// Well-known shapes of <see cref="Gpt2Model"/>. Change one with <c>with</c>: <c>Gpt2Presets.Gpt2 with { VocabSize = 65 }</c>.
/// </summary>
public static class Gpt2Presets
{
    /// <summary>nanoGPT's GPTConfig: GPT-2 with the exact GELU, no dropout, and the vocabulary rounded up to a multiple of 64.</summary>
    public static Gpt2Config NanoGpt { get; } = WithDropout(new Gpt2Config { VocabSize = 50304, Activation = "gelu" }, 0);

    private static readonly Dictionary<string, Gpt2Config> Known = new()
    {
        ["gpt2"] = new(),
        ["gpt2-medium"] = new() { LayerCount = 24, HeadCount = 16, HiddenSize = 1024 },
        ["gpt2-large"] = new() { LayerCount = 36, HeadCount = 20, HiddenSize = 1280 },
        ["gpt2-xl"] = new() { LayerCount = 48, HeadCount = 25, HiddenSize = 1600 },
        ["distilgpt2"] = new() { LayerCount = 6 },
        ["nanogpt"] = NanoGpt,
        ["nanogpt-cpu"] =
            NanoGpt with { VocabSize = 65, ContextLength = 64, LayerCount = 4, HeadCount = 4, HiddenSize = 128, Bias = false },
        ["nanogpt-shakespeare"] = WithDropout(
            NanoGpt with { VocabSize = 65, ContextLength = 256, LayerCount = 6, HeadCount = 6, HiddenSize = 384, Bias = false }, 0.2),
        ["educational"] = WithDropout(
            NanoGpt with { VocabSize = 25, ContextLength = 64, LayerCount = 6, HeadCount = 6, HiddenSize = 192, Bias = false }, 0.1),
        ["educational-text"] = WithDropout(
            NanoGpt with { VocabSize = 65, ContextLength = 128, LayerCount = 8, HeadCount = 8, HiddenSize = 256, Bias = false }, 0.1),
        ["tiny"] = NanoGpt with { VocabSize = 65, ContextLength = 128, LayerCount = 2, HeadCount = 2, HiddenSize = 128 },
        ["small"] = NanoGpt with { VocabSize = 65, ContextLength = 256, LayerCount = 4, HeadCount = 4, HiddenSize = 256 },
        ["medium"] = NanoGpt with { VocabSize = 65, ContextLength = 256, LayerCount = 6, HeadCount = 6, HiddenSize = 384 },
    };

    /// <summary>The 124M checkpoint of OpenAI.</summary>
    public static Gpt2Config Gpt2 => Known["gpt2"];

    /// <summary>
    /// Names that <see cref="ByName"/> knows: OpenAI's sizes, distilgpt2, nanoGPT's, and those of
    /// the lessons (tiny, small, medium and educational).
    /// </summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>
    /// The shape called <paramref name="name"/>. The vocabularies of the lessons' shapes are those of their texts: set your own.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    public static Gpt2Config ByName(string name) => Known.TryGetValue(name, out var config)
        ? config
        : throw new ArgumentException($"'{name}' is not a known shape. Known: {string.Join(", ", Known.Keys)}.", nameof(name));

    /// <summary>The shape with one dropout everywhere, as nanoGPT has it.</summary>
    public static Gpt2Config WithDropout(Gpt2Config config, double dropout) =>
        config with { ResidualDropout = dropout, EmbeddingDropout = dropout, AttentionDropout = dropout };
}
