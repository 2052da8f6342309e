using System.Text.Json;
using Llm.Models;
using Llm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.HuggingFace.Tests;

/// <summary>nanoGPT's checkpoints against the numbers that nanoGPT computed from them.</summary>
public sealed class NanoGptCheckpointTests
{
    public static TheoryData<string> Folders =>
        [.. Directory.GetDirectories(TestData.Golden("models"), "nanogpt-*").Select(folder => Path.GetFileName(folder)!)];

    [Theory, MemberData(nameof(Folders))]
    public void LoadModel_Checkpoint_LogitsLossesAndGreedyEqualNanoGpt(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var checkpoint = NanoGptCheckpoint.Open(TestData.Golden("models", name, "ckpt.pt"));
        using var golden = SafetensorsFile.Open(TestData.Golden("models", name, "expected.safetensors"));
        var expected = JsonDocument.Parse(File.ReadAllText(TestData.Golden("models", name, "expected.json"))).RootElement;
        var tolerance = expected.GetProperty("tolerance").GetDouble();
        var (model, report) = checkpoint.LoadModel();
        if (expected.TryGetProperty("crop_block_size", out var crop) && crop.ValueKind == JsonValueKind.Number)
            model.CropContext(crop.GetInt32());

        var hidden = new Dictionary<string, Tensor>();
        for (var i = 0; i < model.Config.LayerCount; i++)
        {
            var key = $"hidden.block{i}";
            ((Gpt2Model)model).Blocks[i].register_forward_hook((_, _, _, y) => hidden[key] = y.alias().DetachFromDisposeScope());
        }
        var logits = model.call(golden.Read("input_ids"));

        Assert.True(report.IsComplete, report.ToString());
        Assert.Equal(expected.GetProperty("iter_num").GetInt64(), checkpoint.Iteration);
        Assert.Equal(expected.GetProperty("num_params").GetInt64(), model.ParameterCounts.Total);
        Assert.Equal(expected.GetProperty("num_params_non_embedding").GetInt64(), model.ParameterCounts.WithoutPositions);
        AssertClose(golden.Read("logits"), logits, tolerance);
        foreach (var (key, value) in hidden)
            AssertClose(golden.Read(key), value, tolerance);
        Assert.Equal(expected.GetProperty("loss").GetDouble(), Loss(logits, golden.Read("targets")), 1e-5);
        Assert.Equal(expected.GetProperty("loss_with_ignored_targets").GetDouble(), Loss(logits, golden.Read("targets_ignored")), 1e-5);
        var greedy = expected.GetProperty("greedy");
        var ids = greedy.GetProperty("prompt").Deserialize<long[]>()!;
        var wanted = greedy.GetProperty("new_ids").Deserialize<long[]>()!;
        Assert.Equal(wanted, Greedy(model, ids, wanted.Length));
        model.Dispose();
    }

    [Fact]
    public void Open_OtherTorchFile_SaysWhatIsMissing()
    {
        var file = TestData.Golden("models", "gpt2-bin", "pytorch_model.bin");
        var message = Assert.Throws<InvalidDataException>(() => NanoGptCheckpoint.Open(file)).Message;
        Assert.Contains("is not a checkpoint of nanoGPT: it has no model_args", message);
    }

    private static double Loss(Tensor logits, Tensor targets) =>
        nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index: -1).ToDouble();

    // As nanoGPT's generate: each step sees the last block_size ids, at positions from 0.
    private static long[] Greedy(CausalLM model, long[] prompt, int count)
    {
        var ids = prompt.ToList();
        for (var i = 0; i < count; i++)
            ids.Add(model.LastLogits(tensor(ids.TakeLast(model.Config.ContextLength).ToArray()).unsqueeze(0)).argmax(-1).ToInt64());
        return [.. ids.Skip(prompt.Length)];
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, tolerance);
    }
}
