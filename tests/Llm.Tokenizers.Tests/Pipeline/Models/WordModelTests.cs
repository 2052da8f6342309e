using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests;

public class WordModelTests
{
    private const string Bert = """
        {"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":8,
         "vocab":{"[UNK]":0,"un":1,"##aff":2,"##able":3,"##a":4,"é":5,"##😀":6}}
        """;

    [Theory]
    [InlineData("unaffable", "[UNK]", "unaffable")] // nine characters
    [InlineData("unable", "un|##able", "un|able")]
    [InlineData("unaff", "un|##aff", "un|aff")]
    [InlineData("unaffb", "[UNK]", "unaffb")]
    [InlineData("é😀a", "é|##😀|##a", "é|😀|a")]
    [InlineData("é😀😀😀😀😀😀😀", "é|##😀|##😀|##😀|##😀|##😀|##😀|##😀", "é|😀|😀|😀|😀|😀|😀|😀")] // eight code points
    [InlineData("##a", "##a", "##a")] // a continuation may start a text that spells it out
    public void Encode_WordPiece_TakesTheLongest(string word, string tokens, string parts)
    {
        var model = Models.Read(Bert);

        Assert.Equal(tokens, string.Join('|', model.Tokens(word)));
        Assert.Equal(parts, string.Join('|', model.Parts(word)));
    }

    [Fact]
    public void ToJson_WordPiece_ReadAgainIsTheSame()
    {
        var expected = JsonNode.Parse(Bert)!.ToJsonString();

        Assert.Equal(expected, Models.Read(Bert).ToJson().ToJsonString());
        Assert.Equal(expected, Models.Read(Bert.Replace("\"type\":\"WordPiece\",", "", StringComparison.Ordinal)).ToJson().ToJsonString());
    }

    [Fact]
    public void Encode_WordLevel_TakesWholeWords()
    {
        const string Json = """{"type":"WordLevel","vocab":{"the":1,"whale":4,"<unk>":9},"unk_token":"<unk>"}""";
        var model = Models.Read(Json);

        Assert.Equal([new ModelToken(4, 0, 5)], model.Encode("whale"));
        Assert.Equal([new ModelToken(9, 0, 6)], model.Encode("whales"));
        Assert.Equal(10, model.VocabSize);
        Assert.Equal(JsonNode.Parse(Json)!.ToJsonString(), model.ToJson().ToJsonString());
        Assert.IsType<WordLevelModel>(Models.Read(Json.Replace("\"type\":\"WordLevel\",", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"type":"WordLevel","vocab":{"a":0},"unk_token":"<unk>"}""")]
    [InlineData("""{"vocab":{"a":0},"unk_token":"<unk>","continuing_subword_prefix":"##","max_input_chars_per_word":9}""")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"unk_token":"<unk>","merges":[]}""")]
    public void Read_UnknownTokenIsMissing_IsRefusedByName(string json) => Assert.Contains(
        "unk_token is '<unk>', which its vocabulary lacks",
        Assert.Throws<InvalidDataException>(() => Models.Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"WordLevel","vocab":{},"unk_token":"<unk>"}""", "is empty")]
    [InlineData("""{"vocab":{},"unk_token":"<unk>","continuing_subword_prefix":"##","max_input_chars_per_word":9}""", "is empty")]
    [InlineData("""{"type":"BPE","vocab":{},"merges":[]}""", "is empty")]
    [InlineData("""{"type":"Unigram","vocab":[]}""", "has 0 tokens")]
    public void Read_EmptyVocabulary_IsRefused(string json, string expected) => Assert.Contains(
        expected, Assert.Throws<InvalidDataException>(() => Models.Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"WordLevel","vocab":{"a":0}}""", "unk_token")]
    [InlineData("""{"type":"WordPiece","unk_token":"u","vocab":{"a":0}}""", "continuing_subword_prefix")]
    [InlineData("""{"unk_token":"u","continuing_subword_prefix":"#","max_input_chars_per_word":-1,"vocab":{"u":0}}""", "not valid")]
    public void Read_PartIsMissing_IsRefused(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Models.Read(json)).Message, StringComparison.Ordinal);
}
