using System.Text.Json;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>Folders with a SentencePiece model and no tokenizer.json, as the classes of transformers read them.</summary>
public sealed class SentencePieceClassTests : IDisposable
{
    private const string Model = "unigram-byte-fallback"; // <unk> 0, <s> 1, </s> 2, <pad> 3; <sep> and Ishmael are user-defined

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_XlmRoberta_MovesIdsByOne()
    {
        var (plain, tokenizer) = (Open(), Open("sentencepiece.bpe.model", """{"tokenizer_class": "XLMRobertaTokenizerFast"}"""));

        foreach (var text in Texts())
        {
            int[] expected = [0, .. plain.Encode(text).Select(id => id == 0 ? 3 : id + 1), 2];
            Assert.Equal(expected, tokenizer.EncodeForModel(text).Ids);
            Assert.Equal(plain.Decode(plain.Encode(text)), tokenizer.Decode(expected, skipSpecialTokens: true));
        }
        Assert.Equal(plain.VocabSize + 2, tokenizer.VocabSize);
        Assert.Equal(plain.VocabSize + 1, tokenizer.TokenToId("<mask>"));
        Assert.Equal(2, tokenizer.EndOfTextId);
        var pair = tokenizer.EncodeForModel(("the", "whale"));
        Assert.Equal([0, .. Moved(plain, "the"), 2, 2, .. Moved(plain, "whale"), 2], pair.Ids);
        Assert.All(pair.TypeIds, type => Assert.Equal(0, type));
    }

    [Fact]
    public void Load_XlmRobertaWithMask_TakesTheSpaceBeforeIt()
    {
        var tokenizer = Open("sentencepiece.bpe.model", """{"tokenizer_class": "XLMRobertaTokenizer"}""");
        var mask = tokenizer.TokenToId("<mask>")!.Value;

        Assert.Equal(
            [.. tokenizer.Encode("the"), mask, .. tokenizer.Encode("sea")], tokenizer.Encode("the  <mask> sea", SpecialTokenPolicy.Allow));
        Assert.Equal("<s> the<mask> sea</s>", tokenizer.Decode([0, .. tokenizer.Encode("the"), mask, .. tokenizer.Encode("sea"), 2]));
    }

    [Fact]
    public void Load_XlmRobertaOfAnotherModel_IsRefused()
    {
        File.WriteAllBytes(
            _folder.Combine("sentencepiece.bpe.model"), ProtoFile.Start(PieceAlgorithm.Unigram).Piece("a", -1).Piece("b", -1).Bytes);
        File.WriteAllText(_folder.Combine("tokenizer_config.json"), """{"tokenizer_class": "XLMRobertaTokenizer"}""");

        var error = Assert.Throws<InvalidDataException>(() => TokenizerFolder.Load(_folder.Path));

        Assert.Contains("'<unk>', 'a', 'b', but XLMRobertaTokenizer needs '<unk>', '<s>', '</s>'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", 100)]
    [InlineData("""{"extra_ids": 7}""", 7)]
    [InlineData("""{"extra_ids": 0}""", 0)]
    public void Load_T5_EndsTextsAndAddsExtraIds(string config, int count)
    {
        File.WriteAllText(_folder.Combine("config.json"), """{"model_type": "t5"}""");
        var (plain, tokenizer) = (Open(), Open("spiece.model", config));

        foreach (var text in Texts())
            Assert.Equal([.. plain.Encode(text), 2], tokenizer.EncodeForModel(text).Ids);
        var pair = tokenizer.EncodeForModel(("the", "whale"));
        Assert.Equal([.. plain.Encode("the"), 2, .. plain.Encode("whale"), 2], pair.Ids);
        Assert.All(pair.TypeIds, type => Assert.Equal(0, type));
        Assert.Equal(plain.VocabSize + count, tokenizer.VocabSize);
        for (var i = 0; i < count; i++)
            Assert.Equal(plain.VocabSize + count - 1 - i, tokenizer.TokenToId($"<extra_id_{i}>"));
        Assert.Null(tokenizer.TokenToId($"<extra_id_{count}>"));
    }

    [Theory]
    [InlineData("true", "▁x<extra_id_0>▁y")]
    [InlineData("false", "▁x<extra_id_0>y")]
    public void Load_T5_LegacySaysWhereASpaceIsAdded(string legacy, string expected)
    {
        var tokenizer = Open("spiece.model", $$"""{"tokenizer_class": "T5Tokenizer", "legacy": {{legacy}} }""");

        Assert.Equal(
            expected, string.Concat(tokenizer.EncodeToTokens("x <extra_id_0>  y", SpecialTokenPolicy.Allow).Select(token => token.Value)));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("9999999")]
    [InlineData("\"many\"")]
    public void Load_T5WithImpossibleExtraIds_IsRefused(string count)
    {
        var error = Assert.Throws<InvalidDataException>(
            () => Open("spiece.model", $$"""{"tokenizer_class": "T5Tokenizer", "extra_ids": {{count}} }"""));

        Assert.Contains("extra_ids in tokenizer_config.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "``CAFÉ''", "\"cafe\"")]
    [InlineData("""{"do_lower_case": false}""", "``CAFÉ''", "\"CAFE\"")]
    [InlineData("""{"keep_accents": true}""", " CAFÉ\t x ", "café x")]
    [InlineData("""{"remove_space": false}""", "ÀB", "ab")]
    public void Load_Albert_NormalizesAsItsFlagsSay(string config, string text, string expected)
    {
        File.WriteAllText(_folder.Combine("config.json"), """{"model_type": "albert"}""");
        var (plain, tokenizer) = (Open(), Open("spiece.model", config));

        Assert.Equal(plain.Encode(expected), tokenizer.Encode(text));
    }

    [Fact]
    public void Load_Albert_SurroundsTextsAndPairs()
    {
        var (plain, tokenizer) = (Open(), Open("spiece.model", """{"tokenizer_class": "AlbertTokenizer"}"""));
        var (start, end) = (tokenizer.TokenToId("[CLS]")!.Value, tokenizer.TokenToId("[SEP]")!.Value);

        var pair = tokenizer.EncodeForModel(("the", "whale"));

        Assert.Equal([start, .. plain.Encode("the"), end, .. plain.Encode("whale"), end], pair.Ids);
        var second = plain.Encode("whale").Length + 1;
        Assert.Equal([.. Enumerable.Repeat(0, pair.Ids.Length - second), .. Enumerable.Repeat(1, second)], pair.TypeIds);
        Assert.Equal("[CLS] the[SEP]", tokenizer.Decode([start, .. plain.Encode("the"), end]));
    }

    [Theory]
    [InlineData("x 19,5", "▁x|▁1|9|,|5")] // "▁19," and "19," are pieces, as numbers before commas are in ALBERT's model
    [InlineData("9,", "▁|9|,")]
    [InlineData("19,", "▁1|9|,")]
    [InlineData("x,", "▁x,")]
    public void Encode_AlbertNumberBeforeComma_IsCutWithoutIt(string text, string expected)
    {
        var file = ProtoFile.Start(PieceAlgorithm.Unigram).Message(3, ProtoFile.Number(3, 1)).Piece("▁", -2).Piece("▁x", -1)
            .Piece("▁x,", -1).Piece("▁1", -3).Piece("▁19,", -1).Piece("9,", -1).Piece("9", -4).Piece("5", -4).Piece(",", -4).Piece("x", -5);
        File.WriteAllBytes(_folder.Combine("spiece.model"), file.Bytes);
        File.WriteAllText(_folder.Combine("tokenizer_config.json"), """{"tokenizer_class": "AlbertTokenizer"}""");
        var tokenizer = TokenizerFolder.Load(_folder.Path);

        var tokens = tokenizer.EncodeToTokens(text, SpecialTokenPolicy.AsText);

        Assert.Equal(expected, string.Join('|', tokens.Select(token => token.Value)));
        Assert.Equal(text.Length, tokens[^1].Offset.End.Value);
        Assert.Equal(tokens.OrderBy(token => token.Offset.Start.Value), tokens);
    }

    [Theory]
    [InlineData("spiece.model")]
    [InlineData("sentencepiece.bpe.model")]
    public void Load_ModelOfUnknownClass_SaysWhatIsMissing(string file)
    {
        var error = Assert.Throws<NotSupportedException>(() => Open(file, "{}"));

        Assert.Contains($"{file}, but nothing says which ids", error.Message, StringComparison.Ordinal);
        Assert.Contains("XLMRobertaTokenizer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sentencepiece.bpe.model", "XLMRobertaTokenizer")]
    [InlineData("spiece.model", "T5Tokenizer")]
    [InlineData("spiece.model", "AlbertTokenizer")]
    [InlineData("tokenizer.model", "LlamaTokenizer")]
    public void Save_Loaded_GivesTheSame(string file, string name)
    {
        var original = Open(file, $$"""{"tokenizer_class": "{{name}}"}""");
        using var copy = new TemporaryFolder();

        original.Save(copy.Path);

        Assert.True(File.Exists(copy.Combine(file)));
        var loaded = TokenizerFolder.Load(copy.Path);
        Assert.Equal(original.AddedTokens, loaded.AddedTokens);
        Assert.Equal(original.Vocabulary, loaded.Vocabulary);
        foreach (var text in Texts())
        {
            var ids = original.EncodeForModel(text).Ids;
            Assert.Equal(ids, loaded.EncodeForModel(text).Ids);
            Assert.Equal(original.Decode(ids), loaded.Decode(ids));
        }
    }

    private static IEnumerable<int> Moved(LlmTokenizer plain, string text) => plain.Encode(text).Select(id => id + 1);

    private static IEnumerable<string> Texts() =>
        Golden.Cases(Golden.Folder("sentencepiece", Model, "cases.json")).Select((JsonElement golden) => golden.Text("text"));

    private static LlmTokenizer Open() => TokenizerFolder.Load(Golden.Folder("sentencepiece", Model, "tokenizer.model"));

    private LlmTokenizer Open(string file, string config)
    {
        File.Copy(Golden.Folder("sentencepiece", Model, "tokenizer.model"), _folder.Combine(file));
        File.WriteAllText(_folder.Combine("tokenizer_config.json"), config);
        return TokenizerFolder.Load(_folder.Path);
    }
}
