using Llm.Models;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

/// <summary>Models and data small enough to train in no time.</summary>
internal static class Tiny
{
    public static readonly Gpt2Config Config =
        Gpt2Presets.NanoGpt with { VocabSize = 11, ContextLength = 8, LayerCount = 2, HeadCount = 2, HiddenSize = 12 };

    public static readonly Gpt2Config WithDropout = Config with { ResidualDropout = 0.2, EmbeddingDropout = 0.2, AttentionDropout = 0.2 };

    public static CausalLM Model(Gpt2Config? config = null, long seed = 1)
    {
        manual_seed(seed);
        return (config ?? Config).CreateModel();
    }

    /// <summary>Ids with a pattern to learn: each is the sum of the two before it, modulo 11.</summary>
    public static TokenData Data(int length = 300)
    {
        var ids = new List<int> { 1, 1 };
        while (ids.Count < length)
            ids.Add((ids[^1] + ids[^2]) % 11);
        return TokenData.FromIds(ids.Take(length), 11);
    }

    public static RandomWindows Windows(long seed = 5) => new(Data(), 4, 8, seed);

    /// <summary>The ids of a tensor, row after row.</summary>
    public static long[] Ids(Tensor tensor) => tensor.data<long>().ToArray();

    /// <summary>All weights of a model, as bytes that differ where a bit differs.</summary>
    public static byte[] Bytes(CausalLM model)
    {
        using var scope = NewDisposeScope();
        return [.. model.parameters().SelectMany(parameter => parameter.detach().contiguous().bytes.ToArray())];
    }
}
