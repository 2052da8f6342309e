using System.Text.Json;
using Llm.Testing;
using TorchSharp;
using static Llm.Models.Tests.Tensors;
using static TorchSharp.torch;

namespace Llm.Models.Tests;

/// <summary>
/// Every GPT-2 folder of the golden data against the numbers that transformers computed from it (tests/Golden/README.md).
/// </summary>
public sealed class GoldenGpt2Tests
{
    public static TheoryData<string> Folders =>
        [.. Directory.GetDirectories(TestData.Golden("models"), "gpt2-*").Select(folder => Path.GetFileName(folder)!)];

    [Theory, MemberData(nameof(Folders))]
    public void Load_AnyForm_AccountsForEveryTensor(string name)
    {
        using var golden = new GoldenModel(name);
        var files = golden.Expected.GetProperty("tensors_in_files").EnumerateObject().Sum(file => file.Value.EnumerateObject().Count());

        Assert.True(golden.Report.IsComplete, golden.Report.ToString());
        Assert.Equal(files, golden.Report.Entries.Count);
        Assert.Equal(golden.Expected.GetProperty("parameters").GetInt64(), golden.Model.ParameterCounts.Total);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Forward_Unpadded_EqualsReference(string name)
    {
        using var golden = new GoldenModel(name);
        AssertClose(golden["unpadded.logits"], golden.Model.call(golden["unpadded.input_ids"]), golden.Tolerance);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Forward_Unpadded_HiddenStatesAndAttentionEqualReference(string name)
    {
        using var golden = new GoldenModel(name);
        var inputs = new Tensor[golden.Blocks.Count];
        var outputs = new Tensor[golden.Blocks.Count];
        for (var i = 0; i < golden.Blocks.Count; i++)
        {
            var layer = i;
            golden.Blocks[layer].register_forward_hook((_, x, _, y) =>
            {
                inputs[layer] = x.alias().DetachFromDisposeScope();
                outputs[layer] = y.alias().DetachFromDisposeScope();
                return y;
            });
        }

        var final = golden.Model.HiddenStates(golden["unpadded.input_ids"]);

        golden.AssertWhereGiven("unpadded.hidden.embedding", inputs[0]);
        golden.AssertWhereGiven("unpadded.hidden.final_norm", final);
        for (var i = 0; i < golden.Blocks.Count; i++)
        {
            golden.AssertWhereGiven($"unpadded.hidden.block{i}", outputs[i]);
            golden.AssertWhereGiven($"unpadded.attention.{i}", golden.Blocks[i].AttentionWeights(inputs[i]));
        }
    }

    [Theory, MemberData(nameof(Folders))]
    public void Forward_PaddedOnEitherSide_EqualsReferenceWhereTheMaskIsOne(string name)
    {
        using var golden = new GoldenModel(name);
        foreach (var side in (string[])["left", "right"])
        {
            using var context = new AttentionContext(golden[$"{side}.attention_mask"]);
            var logits = golden.Model.call(golden[$"{side}.input_ids"], context);
            AssertCloseWhere(golden[$"{side}.attention_mask"], golden[$"{side}.logits"], logits, golden.Tolerance);
        }
    }

    [Theory, MemberData(nameof(Folders))]
    public void Forward_PositionsGiven_CountsPaddingAsTheReferenceDoesByDefault(string name)
    {
        using var golden = new GoldenModel(name);
        var ids = golden["left.input_ids"];
        var positions = arange(ids.shape[1], dtype: ScalarType.Int64).expand(ids.shape);
        using var context = new AttentionContext(golden["left.attention_mask"], positions);
        var logits = golden.Model.call(ids, context);
        AssertCloseWhere(golden["left.attention_mask"], golden["left.logits_default_positions"], logits, golden.Tolerance);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Forward_Cached_EqualsReferenceInEveryChunking(string name)
    {
        using var golden = new GoldenModel(name);
        var ids = golden["unpadded.input_ids"];
        foreach (var chunk in (int[])[1, 2, 3, 5, (int)ids.shape[1]])
            AssertClose(golden["step.logits"], Chunked(golden.Model, ids, chunk), golden.Tolerance);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Loss_LabelsWithIgnoredOnes_EqualsReference(string name)
    {
        using var golden = new GoldenModel(name);
        foreach (var expected in golden.Expected.GetProperty("loss").EnumerateObject())
        {
            var ids = golden[expected.Name.StartsWith("right", StringComparison.Ordinal) ? "right.input_ids" : "unpadded.input_ids"];
            var rows = expected.Value.GetProperty("labels").Deserialize<long[][]>()!;
            var labels = tensor(rows.SelectMany(row => row).ToArray()).view(ids.shape);
            var logits = golden.Model.call(ids)[.., ..^1];

            var loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels[.., 1..].flatten(), ignore_index: -100);

            Assert.Equal(expected.Value.GetProperty("loss").GetDouble(), loss.ToDouble(), 1e-5);
        }
    }

    [Theory, MemberData(nameof(Folders))]
    public void Greedy_CachedOrNot_GivesTheReferencesIds(string name)
    {
        using var golden = new GoldenModel(name);
        var greedy = golden.Expected.GetProperty("greedy");
        var prompt = greedy.GetProperty("prompt").Deserialize<long[]>()!;
        var expected = greedy.GetProperty("new_ids").Deserialize<long[]>()!;

        Assert.Equal(expected, Greedy(golden.Model, prompt, expected.Length, cached: true));
        Assert.Equal(expected, Greedy(golden.Model, prompt, expected.Length, cached: false));
    }

    [Theory, MemberData(nameof(Folders))]
    public void Greedy_BatchPaddedOnTheLeft_GivesTheReferencesIds(string name)
    {
        using var golden = new GoldenModel(name);
        if (!golden.Expected.GetProperty("greedy").TryGetProperty("left_padded_batch", out var batch))
            return; // only the full cases have one
        var expected = batch.GetProperty("new_ids").Deserialize<long[][]>()!;
        using var cache = new KeyValueCache(attentionMask: Rows(batch.GetProperty("attention_mask")));
        var next = Rows(batch.GetProperty("input_ids"));
        for (var i = 0; i < expected[0].Length; i++)
        {
            next = golden.Model.LastLogits(next, cache).argmax(-1, keepdim: true); // (B, 1)
            Assert.Equal(expected.Select(row => row[i]), next.data<long>().ToArray());
        }
    }

    [Theory, InlineData("gpt2-float16"), InlineData("gpt2-bfloat16")]
    public void Forward_InTheFilesType_EqualsReferenceInThatType(string name)
    {
        var type = name.EndsWith("bfloat16", StringComparison.Ordinal) ? ScalarType.BFloat16 : ScalarType.Float16;
        using var golden = new GoldenModel(name, type);
        var noise = golden.Expected.GetProperty("native_minus_float32_max").GetDouble();
        var logits = golden.Model.call(golden["unpadded.input_ids"]);
        AssertClose(golden["native.logits"].to(ScalarType.Float32), logits.to(ScalarType.Float32), 2 * noise);
    }

    private static Tensor Rows(JsonElement rows)
    {
        var values = rows.Deserialize<long[][]>()!;
        return tensor(values.SelectMany(row => row).ToArray()).view(values.Length, values[0].Length);
    }

    private static Tensor Chunked(CausalLM model, Tensor ids, int chunk)
    {
        using var cache = new KeyValueCache(initialCapacity: 2);
        var logits = new List<Tensor>();
        for (var start = 0; start < ids.shape[1]; start += chunk)
            logits.Add(model.call(ids.narrow(1, start, Math.Min(chunk, ids.shape[1] - start)), cache));
        return cat(logits, 1);
    }

    private static long[] Greedy(CausalLM model, long[] prompt, int count, bool cached)
    {
        using var cache = cached ? new KeyValueCache() : null;
        var ids = prompt.ToList();
        for (var i = 0; i < count; i++)
        {
            var next = cached && i > 0 ? ids[^1..] : ids;
            ids.Add(model.LastLogits(tensor(next.ToArray()).unsqueeze(0), cache).argmax(-1).ToInt64());
        }
        return [.. ids.Skip(prompt.Length)];
    }

    /// <summary>
    /// A golden folder, opened, with its expected tensors; gradients are off and every tensor of the test is freed at the end.
    /// </summary>
    private sealed class GoldenModel : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly IDisposable _mode = no_grad();
        private readonly SafetensorsFile _tensors;

        public GoldenModel(string name, ScalarType? dtype = null)
        {
            var folder = TestData.Golden("models", name);
            Expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
            _tensors = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
            (Model, Report) = ModelFolder.Load(folder, dtype);
        }

        public JsonElement Expected { get; }

        public CausalLM Model { get; }

        public LoadReport Report { get; }

        public IReadOnlyList<Gpt2Block> Blocks => ((Gpt2Model)Model).Blocks;

        public double Tolerance => Expected.GetProperty("tolerance").GetDouble();

        public Tensor this[string name] => _tensors.Read(name);

        public void AssertWhereGiven(string name, Tensor actual)
        {
            if (_tensors.Tensors.ContainsKey(name))
                AssertClose(this[name], actual, Tolerance);
        }

        public void Dispose()
        {
            Model.Dispose();
            _tensors.Dispose();
            _mode.Dispose();
            _scope.Dispose();
        }
    }
}
