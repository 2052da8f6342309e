using Llm.Models;
using Llm.Testing;
using Llm.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.HuggingFace.Tests;

public sealed class PretrainedModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llm-test-").FullName;

    public static TheoryData<string> Folders =>
        [.. Directory.GetDirectories(TestData.Golden("models"), "gpt2-*").Select(folder => Path.GetFileName(folder)!)];

    [Theory, MemberData(nameof(Folders))]
    public void Save_LoadedModel_KeepsTheBytesOfEveryTensor(string name)
    {
        var source = TestData.Golden("models", name);
        using (var model = PretrainedModel.Load(source))
            model.Save(_folder, new PretrainedModelSaveOptions { Type = TypeIn(source) });

        using var before = ModelFolder.OpenWeights(source);
        using var after = ModelFolder.OpenWeights(_folder);
        foreach (var tensor in after.Tensors.Keys)
        {
            var old = before.Tensors.ContainsKey(tensor) ? tensor : tensor["transformer.".Length..];
            Assert.Equal(before.Tensors[old].DataType, after.Tensors[tensor].DataType);
            Assert.Equal(Bytes(before, old), Bytes(after, tensor));
        }
        Assert.Equal(after.Tensors.Count, before.Tensors.Keys.Count(key =>
            !key.Contains(".attn.bias") && !key.Contains("masked_bias") && !IsSecondHead(before, key)));
    }

    [Fact]
    public void Save_Sharded_OpensAgain()
    {
        using (var model = PretrainedModel.Load(TestData.Golden("models", "gpt2-base")))
            model.Save(_folder, new PretrainedModelSaveOptions { MaxShardSize = 30_000 });

        Assert.True(Directory.GetFiles(_folder, "model-*.safetensors").Length > 1);
        using var again = PretrainedModel.Load(_folder);
        Assert.True(again.Report.IsComplete);
    }

    [Fact]
    public void Save_FreshModelWithTokenizer_OpensWithTheSameLogitsIdsAndSettings()
    {
        var tokenizer = new BpeTrainer(new BpeTrainerOptions { VocabSize = 300, MinFrequency = 1 })
            .Train(["the whale and the sea, the whale and the ship"]);
        var config = Gpt2Presets.NanoGpt with
        {
            VocabSize = tokenizer.VocabSize,
            ContextLength = 16,
            LayerCount = 1,
            HeadCount = 2,
            HiddenSize = 8,
            EosTokenId = tokenizer.EndOfTextId,
        };
        var ids = tensor(tokenizer.Encode("the whale").Select(id => (long)id).ToArray()).unsqueeze(0);
        var generation = new GenerationConfig { EosTokenIds = [tokenizer.EndOfTextId!.Value], TopK = 40 };
        using var fresh = new PretrainedModel(config.CreateModel(), tokenizer, generation);

        fresh.Save(_folder);
        using var opened = PretrainedModel.Load(_folder);

        Assert.Equal(0, (fresh.Model.call(ids) - opened.Model.call(ids)).abs().max().ToDouble());
        Assert.Equal(tokenizer.Encode("the ship 🚢"), opened.Tokenizer.Encode("the ship 🚢"));
        Assert.Equal([tokenizer.EndOfTextId!.Value], opened.Generation.EosTokenIds!);
        Assert.Equal(40, opened.Generation.TopK);
        Assert.Equal("16 tensors assigned, 0 tied, 0 ignored, 0 missing, 0 unexpected", opened.Report.ToString());
    }

    [Fact]
    public void Load_OldFolder_TakesTheIdsOfConfigJson()
    {
        using var model = PretrainedModel.Load(TestData.Golden("models", "gpt2-hub-form"));
        Assert.Equal([2], model.Generation.EosTokenIds!);
        Assert.False(model.HasTokenizer);
        Assert.Contains("has no tokenizer", Assert.Throws<InvalidOperationException>(() => model.Tokenizer).Message);
    }

    [Fact]
    public void Load_OldBuffers_ReportsWhyTheyAreIgnored()
    {
        using var model = PretrainedModel.Load(TestData.Golden("models", "gpt2-old-buffers"));
        Assert.Equal("lm_head.weight", model.Report.Entries.Single(entry => entry.Outcome == LoadOutcome.Tied).Name);
        var ignored = model.Report.Entries.Where(entry => entry.Outcome == LoadOutcome.Ignored);
        Assert.All(ignored, entry => Assert.Contains("causal mask", entry.Detail));
        Assert.Equal(4, model.Report[LoadOutcome.Ignored]);
    }

    [Fact]
    public void Load_MissingTensor_NamesItUnlessNotStrict()
    {
        Rewrite(tensors => tensors.Remove("transformer.h.1.ln_2.bias"));
        Assert.Contains("'h.1.ln_2.bias' is missing", Assert.Throws<InvalidDataException>(() => PretrainedModel.Load(_folder)).Message);

        using var model = PretrainedModel.Load(new PretrainedModelOptions { Folder = _folder, Strict = false });
        Assert.Equal("h.1.ln_2.bias", model.Report.Entries.Single(entry => entry.Outcome == LoadOutcome.Missing).Name);
    }

    [Fact]
    public void Load_UnexpectedTensor_NamesIt()
    {
        Rewrite(tensors => tensors["score.weight"] = zeros(2, 32));
        Assert.Contains("'score.weight' is unexpected", Assert.Throws<InvalidDataException>(() => PretrainedModel.Load(_folder)).Message);
    }

    [Fact]
    public void Load_WrongShape_TellsBothShapes()
    {
        Rewrite(tensors => tensors["transformer.h.0.attn.c_attn.weight"] = zeros(96, 32));
        var message = Assert.Throws<InvalidDataException>(() => PretrainedModel.Load(_folder)).Message;
        Assert.Contains("'transformer.h.0.attn.c_attn.weight' has the shape (96, 32), but the model expects (32, 96)", message);
        Assert.Contains("Conv1D", message);
    }

    [Fact]
    public void Load_TornFile_IsRefused()
    {
        Rewrite(_ => { });
        var path = Path.Combine(_folder, "model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        Assert.Contains("model.safetensors", Assert.Throws<InvalidDataException>(() => PretrainedModel.Load(_folder)).Message);
    }

    [Fact]
    public void Load_NotSafetensors_IsRefused()
    {
        Rewrite(_ => { });
        File.WriteAllText(Path.Combine(_folder, "model.safetensors"), "<html>not found</html>");
        Assert.Contains("model.safetensors", Assert.Throws<InvalidDataException>(() => PretrainedModel.Load(_folder)).Message);
    }

    [Fact]
    public void Load_BiasesWhereTheConfigHasNone_AreRefusedUnlessZero()
    {
        Rewrite(_ => { });
        var config = Path.Combine(_folder, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"bias\": true", "\"bias\": false"));
        var error = Assert.Throws<InvalidDataException>(() => PretrainedModel.Load(_folder));
        Assert.Contains("is not zero, but the model has no biases", error.Message);
    }

    [Fact]
    public void Load_NoFolder_SaysSo() =>
        Assert.Throws<DirectoryNotFoundException>(() => PretrainedModel.Load(Path.Combine(_folder, "nowhere")));

    [Fact]
    public void Load_FolderWithoutConfig_SaysThatItIsNoModelFolder() =>
        Assert.Contains(
            "has no config.json: it is not a model folder",
            Assert.Throws<FileNotFoundException>(() => PretrainedModel.Load(_folder)).Message);

    [Fact]
    public void Load_NoWeights_SaysWhatIsLookedFor()
    {
        File.Copy(Path.Combine(TestData.Golden("models", "gpt2-base"), "config.json"), Path.Combine(_folder, "config.json"));
        Assert.Contains("model.safetensors", Assert.Throws<FileNotFoundException>(() => PretrainedModel.Load(_folder)).Message);
    }

    [Fact]
    public void Save_FolderCannotBeMade_LeavesAClearError()
    {
        var file = Path.Combine(_folder, "taken");
        File.WriteAllText(file, "");
        using var model = PretrainedModel.Load(TestData.Golden("models", "gpt2-base"));
        Assert.ThrowsAny<IOException>(() => model.Save(Path.Combine(file, "model")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Rewrite(Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        using var model = PretrainedModel.Load(TestData.Golden("models", "gpt2-base"));
        model.Save(_folder);
        Dictionary<string, Tensor> tensors;
        using (var file = ModelFolder.OpenWeights(_folder))
            tensors = file.Tensors.Keys.ToDictionary(name => name, name => file.Read(name));
        change(tensors);
        Safetensors.Save(Path.Combine(_folder, "model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static byte[] Bytes(ITensorSource source, string name)
    {
        using var tensor = source.Read(name);
        return tensor.bytes.ToArray();
    }

    private static string TypeIn(string folder)
    {
        using var source = ModelFolder.OpenWeights(folder);
        var embeddings = source.Tensors.First(tensor => tensor.Key.EndsWith("wte.weight", StringComparison.Ordinal)).Value;
        return embeddings.Type!.Value.ToString().ToLowerInvariant();
    }

    private static bool IsSecondHead(ITensorSource source, string name)
    {
        if (name != "lm_head.weight")
            return false;
        var embeddings = source.Tensors.Keys.SingleOrDefault(key => key.EndsWith("wte.weight", StringComparison.Ordinal));
        return embeddings is not null && Bytes(source, name) is { Length: > 0 } bytes
            && bytes.AsSpan().SequenceEqual(Bytes(source, embeddings));
    }
}
