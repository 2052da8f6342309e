using System.Text.Json;
using Llm.Testing;

namespace Llm.Cli.Tests;

public class InspectCommandTests
{
    [Fact]
    public void Json_Gpt2Base_TellsWhatTheFolderHolds()
    {
        var answer = Cli.Run("inspect", "--model", Cli.Gpt2Base, "--json", "--tensors").Success().Json;

        Assert.Equal("gpt2", answer.GetProperty("config").GetProperty("model_type").GetString());
        var parameters = answer.GetProperty("parameters");
        Assert.Equal(42560, parameters.GetProperty("total").GetInt64());
        Assert.Equal(97 * 32, parameters.GetProperty("components").GetProperty("token embeddings").GetInt64());
        Assert.Equal(42560, parameters.GetProperty("components").EnumerateObject().Sum(component => component.Value.GetInt64()));
        Assert.Equal(42560 * 4, answer.GetProperty("memory").GetProperty("weights_bytes").GetInt64());
        Assert.Equal(2 * 3 * 32 * 4, answer.GetProperty("memory").GetProperty("cache_bytes_per_token").GetInt64());
        Assert.Equal("""{"assigned":40,"tied":0,"ignored":0,"missing":[],"unexpected":[]}""", answer.GetProperty("load_report").Compact());
        Assert.Contains("    0 to 2: Gpt2Block", answer.GetProperty("modules").Deserialize<string[]>()!);
        Assert.Equal(40, answer.GetProperty("tensors").GetArrayLength());
    }

    [Fact]
    public void Tensors_NotAskedFor_AreNotThere() =>
        Assert.False(Cli.Run("inspect", "--model", Cli.Gpt2Base, "--json").Success().Json.TryGetProperty("tensors", out _));

    [Fact]
    public void Dtype_Float16_HalvesTheMemory()
    {
        var memory = Cli.Run("inspect", "--model", Cli.Gpt2Base, "--json", "--dtype", "float16").Success().Json.GetProperty("memory");

        Assert.Equal(42560 * 2, memory.GetProperty("weights_bytes").GetInt64());
        Assert.Equal("float16", memory.GetProperty("dtype").GetString());
    }

    [Fact]
    public void Text_Gpt2Base_HasTheSame()
    {
        var output = Cli.Run("inspect", "--model", Cli.Gpt2Base, "--tensors").Success().Output;

        Assert.Contains("42,560", output, StringComparison.Ordinal);
        Assert.Contains("40 tensors assigned", output, StringComparison.Ordinal);
        Assert.Contains("transformer.h.0.attn.c_attn.weight  F32 (32, 96)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_TensorMissing_IsReportedRatherThanRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "config.json", "model.safetensors" })
            File.Copy(Path.Combine(Cli.Gpt2Base, name), folder.Combine(name));
        var config = File.ReadAllText(folder.Combine("config.json")).Replace("\"n_layer\": 3", "\"n_layer\": 4", StringComparison.Ordinal);
        File.WriteAllText(folder.Combine("config.json"), config);

        var report = Cli.Run("inspect", "--model", folder.Path, "--json").Success().Json.GetProperty("load_report");

        Assert.Equal(12, report.GetProperty("missing").GetArrayLength());
        Assert.Equal(1, Cli.Run("generate", "--model", folder.Path, "--jsonl").Code);
    }
}
