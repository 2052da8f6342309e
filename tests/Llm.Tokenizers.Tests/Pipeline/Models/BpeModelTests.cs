using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests;

public class BpeModelTests
{
    private const string Letters = """ "a":0,"b":1,"c":2,"ab":3,"abc":4,"bc":5,"<unk>":6 """;

    [Fact]
    public void Encode_TwoMerges_TakesTheLowerRankFirst()
    {
        var model = Models.Read($$"""{"type":"BPE","vocab":{ {{Letters}} },"merges":[["b","c"],["a","b"],["a","bc"]]}""");

        Assert.Equal(["abc"], model.Tokens("abc"));
        Assert.Equal(["ab", "ab"], model.Tokens("abab"));
        Assert.Equal(["a", "abc"], model.Tokens("aabc"));
    }

    [Fact]
    public void Encode_MergesAsStrings_AreTheSame()
    {
        var model = Models.Read($$"""{"vocab":{ {{Letters}} },"merges":["#version: 0.2","a b","ab c"]}""");

        Assert.Equal(["abc", "ab"], model.Tokens("abcab"));
    }

    [Fact]
    public void Encode_UnknownCharacters_VanishWithoutUnknownToken()
    {
        var model = Models.Read($$"""{"type":"BPE","vocab":{ {{Letters}} },"merges":[["a","b"]]}""");

        Assert.Equal(["ab", "c"], model.Tokens("axbéc"));
    }

    [Theory]
    [InlineData("false", "<unk>|<unk>|a|<unk>", "x|😀|a|é")]
    [InlineData("true", "<unk>|a|<unk>", "x😀|a|é")]
    public void Encode_UnknownCharacters_AreFusedOnRequest(string fuse, string tokens, string parts)
    {
        var model = Models.Read($$"""{"type":"BPE","unk_token":"<unk>","fuse_unk":{{fuse}},"vocab":{ {{Letters}} },"merges":[]}""");

        Assert.Equal(tokens, string.Join('|', model.Tokens("x😀aé")));
        Assert.Equal(parts, string.Join('|', model.Parts("x😀aé")));
    }

    [Fact]
    public void Encode_BytesForUnknownCharacters_HaveTheCharactersPlace()
    {
        var model = Models.Read("""{"type":"BPE","byte_fallback":true,"vocab":{"a":0,"<0xC3>":1,"<0xA9>":2},"merges":[]}""");

        Assert.Equal(["a", "<0xC3>", "<0xA9>", "a"], model.Tokens("aéa"));
        Assert.Equal(["a", "é", "é", "a"], model.Parts("aéa"));
    }

    [Fact]
    public void Encode_PrefixAndSuffix_MarkCharactersByTheirPlace()
    {
        var model = Models.Read("""
            {"type":"BPE","continuing_subword_prefix":"##","end_of_word_suffix":"</w>","vocab":
             {"a":0,"##b":1,"##c</w>":2,"ab":3,"abc</w>":4,"a</w>":5},"merges":[["a","##b"],["ab","##c</w>"]]}
            """);

        Assert.Equal(["abc</w>"], model.Tokens("abc"));
        Assert.Equal(["a</w>"], model.Tokens("a"));
        Assert.Equal(["ab", "##c</w>"], Models.Read("""
            {"type":"BPE","continuing_subword_prefix":"##","end_of_word_suffix":"</w>","vocab":
             {"a":0,"##b":1,"##c</w>":2,"ab":3,"abc</w>":4,"a</w>":5},"merges":[["a","##b"]]}
            """).Tokens("abc"));
    }

    [Theory]
    [InlineData("false", "a|b")]
    [InlineData("true", "ab")]
    public void Encode_PieceThatIsAToken_IsTakenWholeOnlyIfMergesAreIgnored(string ignore, string expected)
    {
        var model = Models.Read($$"""{"type":"BPE","ignore_merges":{{ignore}},"vocab":{ {{Letters}} },"merges":[]}""");

        Assert.Equal(expected, string.Join('|', model.Tokens("ab")));
    }

    [Theory]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[["a","b"]]}""", "'b'")]
    [InlineData("""{"type":"BPE","vocab":{"a":0,"b":1},"merges":[["a","b"]]}""", "'ab'")]
    [InlineData("""{"type":"BPE","vocab":{"a":0,"":1},"merges":[["a",""]]}""", "does not join")]
    [InlineData("""{"type":"BPE","continuing_subword_prefix":"##","vocab":{"a":0,"##":1},"merges":[["a","##"]]}""", "##")]
    [InlineData("""{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}""", "both have the id 0")]
    [InlineData("""{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "-1")]
    [InlineData("""{"type":"BPE","vocab":{"a":2000000000},"merges":[]}""", "2000000000")]
    [InlineData("""{"type":"BPE","vocab":{"a":1.5},"merges":[]}""", "1.5")]
    [InlineData("""{"type":"BPE","vocab":["a"],"merges":[]}""", "vocab")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", "two parts")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[["a","a","a"]]}""", "two parts")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[[null,"a"]]}""", "two parts")]
    [InlineData("""{"type":"BPE","vocab":{"a":0}}""", "merges")]
    [InlineData("""{"type":"BPE","merges":[]}""", "vocab")]
    [InlineData("""[]""", "object")]
    public void Read_ContradictoryFile_IsRefused(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Models.Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}""", "dropout")]
    [InlineData("""{"type":"Magic"}""", "Magic")]
    public void Read_UnsupportedFile_IsRefusedByName(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<NotSupportedException>(() => Models.Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_IdsWithHoles_AreKept()
    {
        var model = Models.Read("""{"type":"BPE","vocab":{"a":7,"b":3},"merges":[]}""");

        Assert.Equal(8, model.VocabSize);
        Assert.Equal(new ModelToken(7, 0, 1), Assert.Single(model.Encode("a")));
        Assert.Null(model.IdToToken(5));
        Assert.Null(model.IdToToken(-1));
        Assert.Equal(3, model.TokenToId("b"));
    }

    [Fact]
    public void ToJson_ReadAgain_IsTheSame()
    {
        const string Json = """
            {"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,"end_of_word_suffix":"</w>",
             "fuse_unk":true,"byte_fallback":true,"ignore_merges":true,"vocab":{"a":0,"b":2,"ab":5,"<unk>":7},"merges":[["a","b"]]}
            """;

        Assert.Equal(JsonNode.Parse(Json)!.ToJsonString(), Models.Read(Json).ToJson().ToJsonString());
    }

    [Fact]
    public void Encode_RandomMerges_EqualNaiveMerging()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var (model, merges) = RandomModel(random);
            var piece = new string([.. Enumerable.Range(0, random.Next(1, 90)).Select(_ => (char)('a' + random.Next(3)))]);

            Assert.Equal(MergeNaively(piece, merges), model.Tokens(piece));
            Assert.Equal(piece, string.Concat(model.Parts(piece)));
        }
    }

    private static (TokenModel Model, List<(string Left, string Right)> Merges) RandomModel(Random random)
    {
        List<string> tokens = ["a", "b", "c"];
        var merges = new List<(string, string)>();
        while (tokens.Count < 3 + random.Next(40))
        {
            var (left, right) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
            if (merges.Contains((left, right)) || left.Length + right.Length > 12)
                continue;
            merges.Add((left, right));
            if (!tokens.Contains(left + right))
                tokens.Add(left + right);
        }
        var vocabulary = new ModelVocabulary(tokens.Select((token, id) => KeyValuePair.Create(token, id)));
        return (new BpeModel(vocabulary, merges, new BpeModelOptions()), merges);
    }

    // The definition: join the leftmost pair of the lowest rank, as long as there is one.
    private static List<string> MergeNaively(string piece, List<(string Left, string Right)> merges)
    {
        var symbols = piece.Select(letter => $"{letter}").ToList();
        while (true)
        {
            var best = Enumerable.Range(0, symbols.Count - 1)
                .Select(at => (Rank: merges.IndexOf((symbols[at], symbols[at + 1])), At: at))
                .Where(pair => pair.Rank >= 0).Order().Take(1).ToList();
            if (best.Count == 0)
                return symbols;
            var at = best[0].At;
            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }
    }
}
