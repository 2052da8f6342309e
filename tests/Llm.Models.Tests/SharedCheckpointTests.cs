using System.Runtime.InteropServices;
using System.Text.Json;
using Llm.Testing;
using TorchSharp;
using static Llm.Models.Tests.Tensors;
using static TorchSharp.torch;

namespace Llm.Models.Tests;

/// <summary>
/// Checkpoints that others made (shared/data/checkpoints): a trained sorter with all its
/// intermediate tensors, and a second engine's logits.
/// </summary>
public sealed class SharedCheckpointTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void NanoSort_EveryIntermediateTensor_EqualsTheReference()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load("gpt-nano-sort", "hf");
        using var partials = Json("gpt-nano-sort", "gpt-nano-sort-t0-partials.json");
        Tensor Expected(string name) => Decode(partials.RootElement.GetProperty(name));
        var seen = Record(model);
        var ids = Expected("idx").to(ScalarType.Int64);

        var logits = model.call(ids); // (B, T, V)

        foreach (var (name, actual) in new Dictionary<string, Tensor>
        {
            ["tok_emb"] = seen["wte"].Output,
            ["pos_emb"] = seen["wpe"].Output.unsqueeze(0),
            ["x"] = seen["h.0.ln_1"].Input,
            ["ln1"] = seen["h.0.ln_1"].Output,
            ["qkv"] = seen["h.0.attn.c_attn"].Output,
            ["q"] = Heads(seen["h.0.attn.c_attn"].Output, 0),
            ["k"] = Heads(seen["h.0.attn.c_attn"].Output, 1),
            ["v"] = Heads(seen["h.0.attn.c_attn"].Output, 2),
            ["attSm"] = ((Gpt2Model)model).Blocks[0].AttentionWeights(seen["h.0.ln_1"].Input),
            ["y"] = seen["h.0.attn.c_proj"].Input,
            ["yProj"] = seen["h.0.attn.c_proj"].Output,
            ["attnResid"] = seen["h.0.ln_2"].Input,
            ["ln2"] = seen["h.0.ln_2"].Output,
            ["fc"] = seen["h.0.mlp.c_fc"].Output,
            ["gelu"] = seen["h.0.mlp.c_proj"].Input,
            ["mlp"] = seen["h.0.mlp.c_proj"].Output,
            ["mlpResid"] = seen["h.1.ln_1"].Input,
            ["block0"] = seen["h.1.ln_1"].Input,
            ["block1"] = seen["h.2.ln_1"].Input,
            ["block2"] = seen["ln_f"].Input,
            ["ln_f"] = seen["ln_f"].Output,
            ["lm_head"] = logits,
            ["probs"] = logits.softmax(-1),
        })
        {
            AssertClose(Expected(name), actual, Tolerance);
        }
        AssertClose(Expected("attSm"), Expected("att").softmax(-1), Tolerance); // the scores are not kept apart here; their softmax is
    }

    [Fact]
    public void NanoSort_SixDigits_AreSorted()
    {
        using var mode = no_grad();
        using var model = Load("gpt-nano-sort", "hf");
        using var cases = Json("gpt-nano-sort", "greedy_sort.json");
        foreach (var item in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            var sorted = Greedy(model, item.GetProperty("input").Deserialize<long[]>()!, 6);
            Assert.Equal(item.GetProperty("greedy").Deserialize<long[]>()!, sorted);
        }
    }

    [Fact]
    public void TinyRandomGpt2_LogitsAndGreedy_EqualOnnxRuntime()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load("tiny-random-gpt2");
        using var goldens = Json("tiny-random-gpt2", "goldens.json");
        foreach (var item in goldens.RootElement.GetProperty("cases").EnumerateArray())
        {
            var ids = item.GetProperty("ids").Deserialize<long[]>()!;
            var logits = model.call(Ids(ids))[0]; // (T, V)
            AssertClose(Floats(item.GetProperty("first_logits")), logits[0], Tolerance);
            AssertClose(Floats(item.GetProperty("last_logits")), logits[-1], Tolerance);
            Assert.Equal(item.GetProperty("argmax").Deserialize<long[]>()!, logits.argmax(-1).data<long>().ToArray());
            var losses = nn.functional.cross_entropy(logits[..^1], tensor(ids[1..]), reduction: nn.Reduction.None);
            AssertClose(Floats(item.GetProperty("token_nll")), losses, Tolerance);
            var greedy = item.GetProperty("greedy_12_more").Deserialize<long[]>()!;
            Assert.Equal(greedy[ids.Length..], Greedy(model, ids, greedy.Length - ids.Length));
        }
    }

    private static CausalLM Load(params string[] path)
    {
        var folder = TestData.Shared(["data", "checkpoints", .. path]);
        Assert.SkipWhen(folder is null, $"The checkpoint shared/data/checkpoints/{string.Join('/', path)} is not here.");
        return ModelFolder.Load(folder!).Model;
    }

    private static JsonDocument Json(params string[] path) =>
        JsonDocument.Parse(File.ReadAllText(TestData.Shared(["data", "checkpoints", .. path])!));

    private static Dictionary<string, (Tensor Input, Tensor Output)> Record(CausalLM model)
    {
        var seen = new Dictionary<string, (Tensor, Tensor)>();
        foreach (var (name, module) in model.named_modules())
        {
            if (module is nn.Module<Tensor, Tensor> map)
            {
                map.register_forward_hook((_, x, y) =>
                {
                    seen[name] = (x.alias().DetachFromDisposeScope(), y.alias().DetachFromDisposeScope());
                    return y;
                });
            }
        }
        return seen;
    }

    private static Tensor Heads(Tensor qkv, int which) =>
        qkv.view(qkv.shape[0], qkv.shape[1], 3, 3, 16)[.., .., which].transpose(1, 2); // (B, H, T, D)

    private static long[] Greedy(CausalLM model, long[] prompt, int count)
    {
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache();
        var next = Ids(prompt);
        var ids = new long[count];
        for (var i = 0; i < count; i++)
        {
            next = model.LastLogits(next, cache).argmax(-1, keepdim: true); // (1, 1)
            ids[i] = next.ToInt64();
        }
        return ids;
    }

    private static Tensor Floats(JsonElement numbers) => tensor(numbers.Deserialize<float[]>()!);

    private static Tensor Decode(JsonElement partial)
    {
        var shape = partial.GetProperty("shape").Deserialize<long[]>()!;
        var bytes = Convert.FromBase64String(partial.GetProperty("data").GetString()!);
        return tensor(MemoryMarshal.Cast<byte, float>(bytes).ToArray()).view(shape);
    }
}
