using Llm.Testing;

namespace Llm.Models.Tests.Weights;

public class ShardedTorchFileTests
{
    private static readonly string Golden = TestData.Golden("weights", "torch", "sharded");

    [Theory]
    [InlineData("")]
    [InlineData("pytorch_model.bin.index.json")]
    public void Open_FolderOrIndex_HasTheTensorsOfAllShards(string index)
    {
        var golden = Manifest.Load("torch", "sharded", "manifest.json").GetProperty("tensors");

        using var model = ShardedTorchFile.Open(Path.Combine(Golden, index));

        Assert.Equal(golden.EnumerateObject().Count(), model.Tensors.Count);
        foreach (var tensor in golden.EnumerateObject())
        {
            using var read = model.Read(tensor.Name);
            Assert.Equal(tensor.Value.GetProperty("sha256_of_bytes").GetString(), Manifest.Sha256(read.bytes.ToArray()));
        }
    }

    [Fact]
    public void Open_ShardMissing_IsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin" })
            File.Copy(Path.Combine(Golden, name), folder.File(name));

        var refusal = Assert.Throws<InvalidDataException>(() => ShardedTorchFile.Open(folder.Path));

        Assert.Contains("pytorch_model-00002-of-00002.bin", refusal.Message);
    }
}
