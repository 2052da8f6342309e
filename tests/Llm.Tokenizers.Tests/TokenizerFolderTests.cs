using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

public sealed class TokenizerFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llm-tokenizers-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData("gpt2"), InlineData("cl100k"), InlineData("none")]
    public void Load_SavedByUs_GivesTheSameIdsAndTokens(string pattern)
    {
        var text = File.ReadAllText(TestData.Golden("tokenizers", "training", "moby-dick-1.txt"));
        SplitPattern[] patterns = [SplitPattern.Gpt2, SplitPattern.Cl100k, SplitPattern.None];
        var options = new BpeTrainerOptions { VocabSize = 600, Pattern = patterns.Single(p => p.Name == pattern) };
        var trained = new BpeTrainer(options).Train([text], cancellationToken: TestContext.Current.CancellationToken);

        trained.Save(_folder);

        AssertSame(trained, TokenizerFolder.Load(_folder), text);
        AssertSame(trained, TokenizerFolder.Load(Path.Combine(_folder, "tokenizer.json")), text);
        if (pattern == "gpt2")
        {
            File.Delete(Path.Combine(_folder, "tokenizer.json"));
            AssertSame(trained, TokenizerFolder.Load(_folder), text);
        }
    }

    [Theory]
    [InlineData("small/bytelevel-bpe"), InlineData("small/bytelevel-bpe-no-alphabet"), InlineData("small/bytelevel-bpe-prefix-space-trim")]
    [InlineData("small/split-cl100k"), InlineData("folders/gpt2-saved"), InlineData("folders/gpt2-vocab-merges-only")]
    [InlineData("folders/gpt2-with-config")]
    public void Save_LoadedFolder_ComesBackTheSame(string folder)
    {
        var text = File.ReadAllText(TestData.Golden("tokenizers", "training", "mixed.txt"));
        var original = TokenizerFolder.Load(Golden.Folder(folder));

        original.Save(_folder);

        var loaded = TokenizerFolder.Load(_folder);
        AssertSame(original, loaded, text);
        Assert.Equal(
            original.EncodeToTokens(text, out _).Select(token => token.Offset),
            loaded.EncodeToTokens(text, out _).Select(token => token.Offset));
    }

    [Fact]
    public void Save_Cl100k_ComesBackTheSame()
    {
        ByteLevelBpeTokenizer.Cl100k().Save(_folder);

        AssertSame(ByteLevelBpeTokenizer.Cl100k(), TokenizerFolder.Load(_folder), "The 🌟 star-player scored 40 points!\n");
    }

    [Fact]
    public void Save_LoadedFolder_KeepsItsOtherSettings()
    {
        TokenizerFolder.Load(Golden.Folder("folders", "gpt2-saved")).Save(_folder);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "tokenizer_config.json")))!;

        Assert.Equal("<|pad|>", (string?)config["pad_token"]);
        Assert.Equal("GPT2Tokenizer", (string?)config["tokenizer_class"]);
        Assert.Equal(
            File.ReadAllText(Golden.Folder("folders", "gpt2-saved", "chat_template.jinja")),
            File.ReadAllText(Path.Combine(_folder, "chat_template.jinja")));
    }

    [Fact]
    public void Load_StringMerges_EqualPairMerges() => AssertSame(
        TokenizerFolder.Load(Golden.Folder("small", "bytelevel-bpe")),
        TokenizerFolder.Load(Golden.Folder("small", "bytelevel-bpe", "tokenizer-string-merges.json")),
        "The white whale, again. 🐳");

    [Fact]
    public void Load_EndOfTextOfTheSettings_IsKnown()
    {
        Assert.Equal(512, TokenizerFolder.Load(Golden.Folder("folders", "gpt2-saved")).EndOfTextId);
        Assert.Equal(512, TokenizerFolder.Load(Golden.Folder("folders", "gpt2-vocab-merges-only")).EndOfTextId);
        Edit("folders/gpt2-saved", "tokenizer_config.json", json => json["eos_token"] = JsonNode.Parse("""{"content": "<|im_end|>"}"""));

        Assert.Equal(515, TokenizerFolder.Load(_folder).EndOfTextId);
    }

    [Theory]
    [InlineData("version", "\"2.0\"", "it has the version '2.0', which is not supported.")]
    [InlineData("model.type", "\"Markov\"", "The model type 'Markov' is not supported. Supported: BPE, WordPiece, Unigram and WordLevel.")]
    [InlineData("model.dropout", "0.1", "a dropout of 0.1, which is not supported")]
    [InlineData("normalizer", """{"type": "Rot13"}""", "it has the normalizer 'Rot13', which is not supported.")]
    [InlineData("pre_tokenizer", """{"type": "Rot13"}""", "it has the pre-tokenizer 'Rot13', which is not supported.")]
    [InlineData("pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "Rot13"}]}""", "it has the pre-tokenizer 'Rot13'")]
    [InlineData("post_processor", """{"type": "Rot13"}""", "it has the post-processor 'Rot13', which is not supported.")]
    [InlineData("decoder", """{"type": "Rot13"}""", "it has the decoder 'Rot13', which is not supported.")]
    public void Load_UnsupportedPart_IsRefusedByName(string property, string value, string message)
    {
        Edit("small/bytelevel-bpe", "tokenizer.json", json => Owner(json, property)[property.Split('.')[^1]] = JsonNode.Parse(value));

        var error = Assert.Throws<NotSupportedException>(() => TokenizerFolder.Load(_folder));

        Assert.StartsWith(_folder, error.Message);
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData("model.merges", """[["a"]]""", "does not have two parts")]
    [InlineData("model.merges", """[["zz", "yy"]]""", "The merge 'zz yy' needs the token 'zz', which the vocabulary lacks.")]
    [InlineData("model.vocab", """{"a": 0, "b": 0}""", "which another token has as well")]
    [InlineData("model.vocab", """{"a": -5}""", "the id -5")]
    [InlineData("model.vocab", """{"a": 2000000000}""", "the id 2000000000")]
    [InlineData("model.vocab", """{"a": 3000000000}""", "the id 3000000000. Ids are 0 to")]
    [InlineData("model.vocab", """{"a": 1.5}""", "the id 1.5. Ids are 0 to")]
    [InlineData("model.vocab", "{}", "is empty")]
    [InlineData("added_tokens", """[{"id": 2000000000, "content": "far"}]""", "'far' has the id 2000000000. Ids are 0 to")]
    [InlineData("added_tokens", """[{"id": 2147483647, "content": "far"}]""", "'far' has the id 2147483647. Ids are 0 to")]
    [InlineData("added_tokens", """[{"id": 3000000000, "content": "far"}]""", "'far' has the id 3000000000. Ids are 0 to")]
    [InlineData("added_tokens", """[{"id": -1, "content": "new"}]""", "'new' has the id -1. Ids are 0 to")]
    [InlineData("added_tokens", """[{"content": "new"}]""", "'new' has no id")]
    [InlineData("added_tokens", """[{"id": 5, "content": "new"}]""", "'new' has the id 5, which contradicts the vocabulary.")]
    [InlineData(
        "post_processor", """{"type": "BertProcessing", "sep": ["[SEP]", 5000], "cls": ["[CLS]", 2]}""", "adds '[SEP]' with the id 5000")]
    [InlineData("post_processor", """{"type": "BertProcessing", "sep": ["[SEP]"], "cls": ["[CLS]", 2]}""", "sep of BertProcessing")]
    [InlineData("post_processor", """{"type": "TemplateProcessing", "single": [], "pair": []}""", "has no special_tokens")]
    [InlineData(
        "post_processor",
        """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}}], "pair": [], "special_tokens": {}}""",
        "names 'x', which its special_tokens lack")]
    [InlineData(
        "truncation", """{"max_length": -3, "strategy": "LongestFirst", "stride": 0}""", "max_length of truncation or padding is -3")]
    [InlineData("truncation", """{"max_length": 3, "strategy": "Shortest", "stride": 0}""", "LongestFirst, OnlyFirst, OnlySecond")]
    [InlineData("padding", """{"strategy": "Widest", "direction": "Left"}""", "strategy of padding is Widest")]
    [InlineData("added_tokens", """[{"id": 0, "content": "<|endoftext|>"}, {"id": 0, "content": "a"}]""", "")]
    [InlineData("model", "7", "")]
    [InlineData("model.vocab", "[]", "")]
    [InlineData("model.merges", "[1]", "")]
    public void Load_ContradictingFile_SaysWhere(string property, string value, string message)
    {
        Edit("small/bytelevel-bpe", "tokenizer.json", json => Owner(json, property)[property.Split('.')[^1]] = JsonNode.Parse(value));

        var error = Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(_folder));

        Assert.StartsWith(_folder, error.Message);
        Assert.Contains(message, error.Message);
    }

    [Theory, InlineData("{ not json"), InlineData("[]"), InlineData("{}"), InlineData("")]
    public void Load_NotATokenizerJson_IsRefused(string content)
    {
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), content);

        Assert.StartsWith(_folder, Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(_folder)).Message);
    }

    [Fact]
    public void Load_NoTokenizer_SaysWhatIsExpected()
    {
        Assert.Contains(
            "holds no tokenizer. Expected tokenizer.json, or vocab.json and merges.txt, or vocab.txt, or tokenizer.model, spiece.model or ",
            Assert.Throws<FileNotFoundException>(() => TokenizerFolder.Load(_folder)).Message);
        Assert.Throws<FileNotFoundException>(() => TokenizerFolder.Load(Path.Combine(_folder, "missing")));
    }

    [Fact]
    public void Load_VocabularyOfAnotherClass_IsRefusedByName()
    {
        Edit("folders/gpt2-with-config", "tokenizer_config.json", json => json["tokenizer_class"] = "LlamaTokenizer");

        var error = Assert.Throws<NotSupportedException>(() => TokenizerFolder.Load(_folder));
        Assert.Contains("the tokenizer class 'LlamaTokenizer'", error.Message);
    }

    [Fact]
    public void Load_TornMerges_SaysWhichLine()
    {
        Edit("folders/gpt2-with-config", "tokenizer_config.json", _ => { });
        File.AppendAllText(Path.Combine(_folder, "merges.txt"), "lonely\n");

        Assert.Contains("'lonely' in merges.txt", Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(_folder)).Message);
    }

    [Fact]
    public void Load_EmptyVocabularyFile_IsRefused()
    {
        Edit("folders/gpt2-with-config", "tokenizer_config.json", _ => { });
        File.WriteAllText(Path.Combine(_folder, "vocab.json"), "{}");

        Assert.Contains("vocab.json is empty", Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(_folder)).Message);
    }

    [Theory, InlineData("bytelevel-bpe"), InlineData("wordlevel"), InlineData("wordpiece")]
    public void Load_VocabularyWithHoles_LeavesThemEmpty(string name)
    {
        Edit($"small/{name}", "tokenizer.json", json => json["model"]!["vocab"]!["farther"] = 9000);

        var tokenizer = TokenizerFolder.Load(_folder);

        Assert.Equal(9001, tokenizer.VocabSize);
        Assert.Equal("farther", tokenizer.IdToToken(9000));
        Assert.Null(tokenizer.IdToToken(8999));
        Assert.Contains("8999 at index 1", Assert.Throws<ArgumentException>(() => tokenizer.Decode([9000, 8999])).Message);
        Assert.Equal(TokenizerFolder.Load(Golden.Folder("small", name)).Encode("the whale"), tokenizer.Encode("the whale"));
    }

    [Fact]
    public void Load_AddedTokensWithoutIds_GetTheNextOnes()
    {
        Edit(
            "folders/gpt2-with-config",
            "tokenizer_config.json",
            json => json["additional_special_tokens"] = new JsonArray("<|user|>", "<|assistant|>"));

        var tokenizer = TokenizerFolder.Load(_folder);

        Assert.Equal([513, 514], new[] { tokenizer.TokenToId("<|user|>"), tokenizer.TokenToId("<|assistant|>") }.Select(id => id!.Value));
        Assert.Equal([513], tokenizer.Encode("<|user|>", SpecialTokenPolicy.Allow));
    }

    [Theory]
    [InlineData("folders/gpt2-saved", "tokenizer.json"), InlineData("folders/gpt2-saved", "tokenizer_config.json")]
    [InlineData("folders/gpt2-with-config", "vocab.json"), InlineData("folders/gpt2-with-config", "merges.txt")]
    [InlineData("folders/gpt2-with-config", "tokenizer_config.json"), InlineData("folders/gpt2-with-config", "special_tokens_map.json")]
    public void Load_AnyByteChanged_OpensOrIsRefused(string golden, string file)
    {
        Edit(golden, golden.EndsWith("saved") ? "tokenizer.json" : "vocab.json", _ => { });
        var path = Path.Combine(_folder, file);
        var original = File.ReadAllBytes(path);
        string[] pieces = ["null", "\"", "{", "]", ",", "-1", "1e9", "[1]", "\\u0000", "true", " ", "\n"];
        Gen.Select(Gen.Int[0, original.Length - 1], Gen.Int[0, 8], Gen.Int[0, pieces.Length - 1]).Array[1, 2].Sample(changes =>
        {
            var bytes = original.ToList();
            foreach (var (at, removed, piece) in changes)
            {
                var start = Math.Min(at, bytes.Count);
                bytes.RemoveRange(start, Math.Min(removed, bytes.Count - start));
                bytes.InsertRange(start, System.Text.Encoding.UTF8.GetBytes(pieces[piece]));
            }
            File.WriteAllBytes(path, [.. bytes]);
            try
            {
                TokenizerFolder.Load(_folder).Encode("Call me Ishmael.");
            }
            catch (Exception error) when (error is InvalidDataException or NotSupportedException)
            {
                Assert.StartsWith(_folder, error.Message);
            }
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void Save_FolderIsAFile_LeavesNothingBehind()
    {
        var path = Path.Combine(_folder, "taken");
        File.WriteAllText(path, "content");

        Assert.ThrowsAny<IOException>(() => CharTokenizer.FromText("abc").Save(path));

        Assert.Equal("content", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    private static void AssertSame(LlmTokenizer expected, LlmTokenizer actual, string text)
    {
        Assert.Equal(expected.Tokens(), actual.Tokens());
        Assert.Equal(expected.AddedTokens.OrderBy(token => token.Id), actual.AddedTokens.OrderBy(token => token.Id));
        Assert.Equal(expected.Encode(text), actual.Encode(text));
        Assert.Equal(expected.EndOfTextId, actual.EndOfTextId);
        Assert.Equal(expected.Decode(expected.Encode(text)), actual.Decode(actual.Encode(text)));
    }

    private void Edit(string golden, string file, Action<JsonNode> edit)
    {
        foreach (var source in Directory.GetFiles(Golden.Folder(golden)))
            File.Copy(source, Path.Combine(_folder, Path.GetFileName(source)), overwrite: true);
        var path = Path.Combine(_folder, file);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        edit(json);
        File.WriteAllText(path, json.ToJsonString(new JsonSerializerOptions()));
    }

    private static JsonNode Owner(JsonNode json, string property) => property.Contains('.') ? json[property.Split('.')[0]]! : json;
}
