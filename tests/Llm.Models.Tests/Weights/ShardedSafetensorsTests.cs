using System.Text.Json;
using Llm.Testing;
using static TorchSharp.torch;

namespace Llm.Models.Tests.Weights;

public class ShardedSafetensorsTests
{
    private static readonly string Golden = TestData.Golden("weights", "safetensors", "sharded");

    public static TheoryData<string> MalformedIndexes =>
        [.. Manifest.Load("safetensors", "malformed.json").GetProperty("indexes").EnumerateArray()
            .Select(index => index.GetProperty("name").GetString()!)];

    [Theory]
    [InlineData("")]
    [InlineData("model.safetensors.index.json")]
    public void Open_FolderOrIndex_HasTheTensorsOfAllShards(string index)
    {
        var golden = Manifest.Load("safetensors", "manifest.json").GetProperty("files").GetProperty("sharded/model.safetensors.index.json");
        using var model = ShardedSafetensors.Open(Path.Combine(Golden, index));

        Assert.Equal(golden.GetProperty("tensors").EnumerateObject().Count(), model.Tensors.Count);
        foreach (var tensor in golden.GetProperty("tensors").EnumerateObject())
        {
            using var read = model.Read(tensor.Name);
            Assert.Equal(tensor.Value.GetProperty("sha256_of_bytes").GetString(), Manifest.Sha256(read.bytes.ToArray()));
            Assert.EndsWith(golden.GetProperty("weight_map").GetProperty(tensor.Name).GetString()!, model.FileOf(tensor.Name).Path);
        }
    }

    [Theory, MemberData(nameof(MalformedIndexes))]
    public void Open_MalformedIndex_IsRefused(string name)
    {
        var index = Manifest.Load("safetensors", "malformed.json").GetProperty("indexes").EnumerateArray()
            .Single(index => index.GetProperty("name").GetString() == name);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("model"));
        foreach (var file in index.GetProperty("files").EnumerateObject())
            folder.Write($"model/{file.Name}", Convert.FromHexString(file.Value.GetString()!));
        // A file where the index points to must not be touched either.
        folder.Write("evil.safetensors", "not to be opened"u8.ToArray());
        File.WriteAllText(folder.File("model/model.safetensors.index.json"), index.GetProperty("index").GetRawText());

        var refusal = Assert.Throws<InvalidDataException>(() => ShardedSafetensors.Open(folder.File("model")));

        Assert.DoesNotContain("evil.safetensors is not a safetensors file", refusal.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"weight_map\": []}")]
    [InlineData("{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}")]
    [InlineData("{\"weight_map\": {\"\\ud800\": \"x\"}}")]
    [InlineData("{\"weight_map\": {}, \"metadata\": {\"total_size\": \"much\"}}")]
    [InlineData("{\"weight_map\": {}, \"metadata\": {\"total_size\": -1}}")]
    public void Open_NotAnIndex_IsRefused(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.safetensors.index.json"), json);

        Assert.Throws<InvalidDataException>(() => ShardedSafetensors.Open(folder.Path));
    }

    [Fact]
    public void Open_TensorThatTheIndexDoesNotName_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Safetensors.Save(folder.File("x.safetensors"), [new("a", ones(1)), new("forgotten", ones(1))]);
        File.WriteAllText(folder.File("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"x.safetensors\"}}");

        var refusal = Assert.Throws<InvalidDataException>(() => ShardedSafetensors.Open(folder.Path));

        Assert.Contains("'forgotten'", refusal.Message);
    }

    [Fact]
    public void SaveSharded_ThenOpen_HasTheSameTensors()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, 10).ToDictionary(i => $"layer.{i}", i => rand(i + 1, 10)); // 40 to 400 bytes

        Safetensors.SaveSharded(folder.Path, tensors, maxShardSize: 300, new Dictionary<string, string> { ["format"] = "pt" });

        using var model = ShardedSafetensors.Open(folder.Path);
        Assert.Equal(tensors.Keys.Order(), model.Tensors.Keys.Order());
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.bytes.ToArray(), model.Read(name).bytes.ToArray());
            Assert.Equal("pt", model.FileOf(name).Metadata["format"]);
            var others = model.FileOf(name).Tensors;
            Assert.True(others.Count == 1 || others.Values.Sum(info => info.ByteCount) <= 300);
        }
        using var index = JsonDocument.Parse(File.ReadAllText(folder.File("model.safetensors.index.json")));
        Assert.Equal(2200, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal(9, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void SaveSharded_OverAnEarlierSave_RemovesWhatIsLeftOfIt()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, 4).ToDictionary(i => $"layer.{i}", i => rand(10));
        folder.Write("model-card.md", []);

        Safetensors.SaveSharded(folder.Path, tensors, maxShardSize: 40);
        Safetensors.SaveSharded(folder.Path, tensors, maxShardSize: 80);
        Assert.Equal(
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model-card.md", "model.safetensors.index.json"],
            Names());

        Safetensors.SaveSharded(folder.Path, tensors, maxShardSize: 1000);
        Assert.Equal(["model-card.md", "model.safetensors"], Names());

        Safetensors.SaveSharded(folder.Path, tensors, maxShardSize: 80);
        Assert.Equal(4, Names().Count());

        IEnumerable<string?> Names() => Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void SaveSharded_FolderMissing_IsAnIOExceptionThatNamesIt()
    {
        using var folder = new TemporaryFolder();
        using var tensor = ones(1);

        var error = Assert.Throws<IOException>(() => Safetensors.SaveSharded(folder.File("none"), [new("a", tensor)], 10));

        Assert.Contains("none", error.Message);
    }
}
