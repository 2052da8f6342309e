using Llm.Models;
using Llm.Testing;
using Llm.Tokenizers;
using static TorchSharp.torch;

namespace Llm.Sampling.Tests;

/// <summary>The small trained model of the golden data: context 128, vocabulary 1024, end of text 0.</summary>
internal static class MobyMini
{
    private static readonly Lazy<CausalLM> LazyModel = new(() => ModelFolder.Load(Folder).Model);
    private static readonly Lazy<LlmTokenizer> LazyTokenizer = new(() => TokenizerFolder.Load(Folder));

    public static string Folder => TestData.Golden("generation", "moby-mini");

    public static CausalLM Model => LazyModel.Value;

    public static LlmTokenizer Tokenizer => LazyTokenizer.Value;

    public static GenerationConfig Config { get; } =
        GenerationConfig.FromJson(File.ReadAllText(TestData.Golden("generation", "moby-mini", GenerationConfig.FileName)));

    public static TokenGenerator Tokens { get; } = new(Model, GenerationOptions.From(Config));

    public static TextGenerator Texts { get; } = new(Model, Tokenizer, GenerationOptions.From(Config));

    /// <summary>A tensor of a golden file, row by row.</summary>
    public static float[][] Rows(string file, string name)
    {
        using var source = SafetensorsFile.Open(TestData.Golden("generation", file));
        using var scope = NewDisposeScope();
        var values = empty([.. source.Tensors[name].Shape], dtype: ScalarType.Float32);
        source.CopyTo(name, values);
        return [.. values.data<float>().ToArray().Chunk((int)values.shape[^1])];
    }
}
