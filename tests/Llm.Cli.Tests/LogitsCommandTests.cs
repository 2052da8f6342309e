using System.Text.Json;
using Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Cli.Tests;

public class LogitsCommandTests
{
    private const float Tolerance = 1e-4f;

    [Theory]
    [InlineData("unpadded")]
    [InlineData("left")]
    [InlineData("right")]
    public void All_GoldenIds_GiveGoldenLogits(string name)
    {
        using var scope = NewDisposeScope();
        using var expected = SafetensorsFile.Open(Path.Combine(Cli.Gpt2Base, "expected.safetensors"));
        var mask = expected.Tensors.ContainsKey($"{name}.attention_mask") ? expected.Read($"{name}.attention_mask") : null;
        var ids = $"\"ids\":{Rows(expected.Read($"{name}.input_ids"))}";
        var input = mask is null ? $"{{{ids}}}" : $"{{{ids},\"attention_mask\":{Rows(mask)}}}";

        var answer = Cli.RunWithInput(input, "logits", "--model", Cli.Gpt2Base, "--all", "--jsonl").Success().Json;

        var logits = answer.GetProperty("logits").Deserialize<float[][][]>()!;
        var golden = expected.Read($"{name}.logits"); // (B, T, V)
        var given = tensor(logits.SelectMany(row => row).SelectMany(position => position).ToArray()).view(golden.shape);
        // What a model says about padding is of no use to anyone.
        var difference = (given - golden).abs();
        if (mask is not null)
            difference *= mask.unsqueeze(-1);
        Assert.InRange(difference.max().ToSingle(), 0, Tolerance);
    }

    [Fact]
    public void Last_GoldenIds_GiveTheLastRowOfAll()
    {
        using var scope = NewDisposeScope();
        using var expected = SafetensorsFile.Open(Path.Combine(Cli.Gpt2Base, "expected.safetensors"));
        var input = $"{{\"ids\":{Rows(expected.Read("unpadded.input_ids"))}}}";

        var answer = Cli.RunWithInput(input, "logits", "--model", Cli.Gpt2Base).Success().Json;

        var logits = answer.GetProperty("logits").Deserialize<float[][]>()!;
        var golden = expected.Read("unpadded.logits")[.., -1]; // (B, V)
        Assert.InRange((tensor(logits.SelectMany(row => row).ToArray()).view(golden.shape) - golden).abs().max().ToSingle(), 0, Tolerance);
    }

    [Fact]
    public void JsonLines_BadRequests_SayWhatIsWrong()
    {
        var input = """
            {"ids":[[1,2],[3]]}
            {"ids":[[97]]}
            {"ids":[1,2]}
            {"ids":[]}
            {"ids":[[1,2]],"attention_mask":[[1]]}
            {"ids":[[1,2]],"attention_mask":[[1,2]]}
            {"ids":[[1,2]],"position_ids":[[0,1]]}
            {"ids":[[1,2]]}
            """;

        var result = Cli.RunWithInput(input, "logits", "--model", Cli.Gpt2Base);

        Assert.Equal(1, result.Code);
        string[] reasons =
        [
            "row 1 has 1", "97", "[[1, 2], [3, 4]]", "at least one row", "as many rows and columns", "0 for padding",
            "'position_ids' is not a known field",
        ];
        Cli.AssertErrors(reasons, result.Lines);
        Assert.Equal(97, result.Lines[^1].GetProperty("logits")[0].GetArrayLength());
    }

    [Fact]
    public void Dtype_BFloat16_IsCoarser()
    {
        var exact = Last("float32");
        var coarse = Last("bfloat16");

        Assert.NotEqual(exact, coarse);
        Assert.All(exact.Zip(coarse), pair => Assert.InRange(pair.First - pair.Second, -0.2f, 0.2f));

        static float[] Last(string type) =>
            Cli.RunWithInput("""{"ids":[[1,2,3]]}""", "logits", "--model", Cli.Gpt2Base, "--dtype", type)
                .Success().Json.GetProperty("logits")[0].Deserialize<float[]>()!;
    }

    private static string Rows(Tensor ids) =>
        JsonSerializer.Serialize(Enumerable.Range(0, (int)ids.shape[0]).Select(row => ids[row].data<long>().ToArray()));
}
