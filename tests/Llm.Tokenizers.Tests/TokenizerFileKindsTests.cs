using System.Text;
using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>What TokenizerFolder opens beside Hugging Face's own files.</summary>
public sealed class TokenizerFileKindsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llm-tokenizers").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("bpe-llama")]
    [InlineData("unigram-byte-fallback")]
    public void Load_SentencePieceModelAlone_GivesTheReferencesIdsAndText(string name)
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder("sentencepiece", name, "tokenizer.model"));

        foreach (var golden in Cases(name))
        {
            var ids = golden.GetProperty("ids").Ints();
            Assert.Equal(ids, tokenizer.Encode(golden.Text("text")));
            Assert.Equal(ids, tokenizer.EncodeForModel(golden.Text("text")).Ids);
            Assert.Equal(golden.Text("decoded"), tokenizer.Decode(ids));
            Assert.Equal(golden.Text("decoded"), Stream(tokenizer, ids));
        }
        Assert.Equal(2, tokenizer.EndOfTextId);
        Assert.Equal([1, .. tokenizer.Encode("x")], tokenizer.Encode("<s>x", SpecialTokenPolicy.Allow));
    }

    [Theory]
    [InlineData("bpe-llama")]
    [InlineData("unigram-byte-fallback")]
    public void Load_FolderThatAsksForSpecialTokens_AddsThem(string name)
    {
        WriteFolder(name, """{"tokenizer_class":"LlamaTokenizer","add_eos_token":true}""");
        var tokenizer = TokenizerFolder.Load(_folder);

        foreach (var golden in Cases(name))
        {
            Assert.Equal(golden.GetProperty("ids_bos_eos").Ints(), tokenizer.EncodeForModel(golden.Text("text")).Ids);
            Assert.Equal(golden.GetProperty("ids").Ints(), tokenizer.Encode(golden.Text("text")));
        }
    }

    [Theory]
    [InlineData("false", "false", new int[0], new int[0])]
    [InlineData("true", "false", new[] { 1 }, new int[0])]
    [InlineData("false", "true", new int[0], new[] { 2 })]
    public void Load_FolderWithoutClass_AddsWhatItNames(string begin, string end, int[] before, int[] after)
    {
        WriteFolder("bpe-llama", $$"""{"add_bos_token":{{begin}},"add_eos_token":{{end}}}""");

        var tokenizer = TokenizerFolder.Load(_folder);

        Assert.Equal([.. before, .. tokenizer.Encode("x"), .. after], tokenizer.EncodeForModel("x").Ids);
    }

    [Theory]
    [InlineData("true", "▁x|▁y")]
    [InlineData("false", "▁x|y")]
    public void Load_FolderThatIsNotLegacy_AddsASpaceOnlyAtTheBeginning(string legacy, string expected)
    {
        WriteFolder("bpe-llama", $$"""{"legacy":{{legacy}}}""");
        var tokenizer = TokenizerFolder.Load(_folder);

        var tokens = tokenizer.EncodeToTokens("x</s>y", SpecialTokenPolicy.Allow).Select(token => token.Value);

        Assert.Equal(expected, string.Concat(tokens).Replace("</s>", "|", StringComparison.Ordinal));
    }

    [Fact]
    public void Save_SentencePieceModel_KeepsTheFile()
    {
        WriteFolder("bpe-llama", """{"tokenizer_class":"LlamaTokenizer","model_max_length":7}""");
        var copy = Path.Combine(_folder, "copy");

        TokenizerFolder.Load(_folder).Save(copy);

        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "tokenizer.model")), File.ReadAllBytes(Path.Combine(copy, "tokenizer.model")));
        Assert.Contains("\"model_max_length\": 7", File.ReadAllText(Path.Combine(copy, "tokenizer_config.json")), StringComparison.Ordinal);
        var (first, second) = (TokenizerFolder.Load(_folder), TokenizerFolder.Load(copy));
        Assert.Equal(first.EncodeForModel("Call me\nIshmael").Ids, second.EncodeForModel("Call me\nIshmael").Ids);
        Assert.Equal(first.AddedTokens, second.AddedTokens);
    }

    [Fact]
    public void Load_OtherClass_IsRefusedByName()
    {
        WriteFolder("bpe-llama", """{"tokenizer_class":"CamembertTokenizer"}""");

        var error = Assert.Throws<NotSupportedException>(() => TokenizerFolder.Load(_folder));

        Assert.Contains("CamembertTokenizer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BeginTokenThatTheModelLacks_IsRefused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), ProtoFile.Start(PieceAlgorithm.Bpe).Piece("a", 0).Bytes);
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), """{"add_bos_token":true}""");

        var error = Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(_folder));

        Assert.Contains("bos_token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MinBpeModel_IsOpened()
    {
        var tokenizer = TokenizerFolder.Load(Write("toy.model", "minbpe v1\n\n1\n<|endoftext|> 300\n97 97\n"));

        Assert.Equal([256, 98, 300], tokenizer.Encode("aab<|endoftext|>", SpecialTokenPolicy.Allow));
        Assert.Equal(300, tokenizer.EndOfTextId);
    }

    [Fact]
    public void Load_MinBpeModel_ErrorNamesTheFile() => Assert.Contains(
        "toy.model", Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(Write("toy.model", "minbpe v1\n"))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("r50k_base")]
    [InlineData("p50k_base")]
    [InlineData("cl100k_base")]
    [InlineData("o200k_base")]
    public void Load_PublishedRankFile_IsItsEncoding(string name)
    {
        var expected = ByteLevelBpeTokenizer.ForEncoding(name);
        using (var file = File.Create(Path.Combine(_folder, "mine.tiktoken")))
            expected.SaveRanks(file);

        Assert.Same(expected, TokenizerFolder.Load(Path.Combine(_folder, "mine.tiktoken")));
        Assert.Same(expected, TokenizerFolder.Load(_folder));
        File.WriteAllText(
            Path.Combine(_folder, "windows.txt"),
            File.ReadAllText(Path.Combine(_folder, "mine.tiktoken")).Replace("\n", "\r\n", StringComparison.Ordinal));
        Assert.Same(expected, TokenizerFolder.Load(Path.Combine(_folder, "windows.txt")));
    }

    [Theory]
    [InlineData("x.tiktoken")]
    [InlineData("x.txt")]
    public void Load_OtherRankFile_IsRefusedWithTheWayOut(string name)
    {
        var error = Assert.Throws<NotSupportedException>(() => TokenizerFolder.Load(Write(name, "IQ== 0\nIg== 1\n")));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("FromRanks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RankFileNamedAsSentencePiece_IsRefusedForWhatItIs()
    {
        Write("tokenizer.model", "IQ== 0\nIg== 1\n");
        Write("tokenizer_config.json", """{"tokenizer_class":"PreTrainedTokenizerFast"}""");

        Assert.Contains(
            "rank file of tiktoken", Assert.Throws<NotSupportedException>(() => TokenizerFolder.Load(_folder)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("What is this?")]
    [InlineData("IQ==\n")]
    [InlineData("IQ== -1\n")]
    public void Load_NoRankFileUnderItsName_IsRefused(string content) => Assert.Contains(
        "x.tiktoken is not a rank file", Assert.Throws<InvalidDataException>(
            () => TokenizerFolder.Load(Write("x.tiktoken", content))).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_FolderOfSeveralRankFiles_IsRefused()
    {
        Write("a.tiktoken", "IQ== 0\n");
        Write("b.tiktoken", "IQ== 0\n");

        Assert.Contains(
            "2 rank files", Assert.Throws<NotSupportedException>(() => TokenizerFolder.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("What is this?")]
    public void Load_SomethingElse_IsRefused(string content) =>
        Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(Write("x.bin", content)));

    [Fact]
    public void Load_TokenizerJsonUnderAnotherName_IsOpened() => Assert.IsType<ByteLevelBpeTokenizer>(
        TokenizerFolder.Load(Write("x.txt", File.ReadAllText(Golden.Folder("small", "bytelevel-bpe", "tokenizer.json")))));

    private static List<JsonElement> Cases(string name) => Golden.Cases(Golden.Folder("sentencepiece", name, "cases.json"));

    private static string Stream(LlmTokenizer tokenizer, int[] ids)
    {
        var decoder = new StreamingDecoder(tokenizer);
        return string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
    }

    private void WriteFolder(string name, string config)
    {
        File.Copy(Golden.Folder("sentencepiece", name, "tokenizer.model"), Path.Combine(_folder, "tokenizer.model"));
        Write("tokenizer_config.json", config);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content, new UTF8Encoding(false));
        return path;
    }
}
