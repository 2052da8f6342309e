namespace Llm.Tokenizers.Tests;

public class UnigramModelTests
{
    private const string Vocabulary =
        """[["<unk>",0.0],["a",0.0],["b",0.0],["c",0.0],["d",0.0],["cd",1.0],["ab",2.0],["abc",5.0],["abcd",10.0]]""";

    // The example in the documentation of Hugging Face's model.
    [Fact]
    public void Encode_TheReferencesExample_GivesItsTokens()
    {
        var model = Models.Read($$"""{"type":"Unigram","unk_id":0,"vocab":{{Vocabulary}}}""");

        Assert.Equal(["abcd", "a", "cd", "<unk>"], model.Tokens("abcdacdxx"));
        Assert.Equal(["abcd", "a", "cd", "xx"], model.Parts("abcdacdxx"));
    }

    [Fact]
    public void Encode_UnknownRun_IsSpelledInBytesOnlyIfAllAreThere()
    {
        var model = Models.Read("""
            {"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0],["a",-1],["<0xC3>",-2],["<0xA9>",-3]]}
            """);

        Assert.Equal(["a", "<0xC3>", "<0xA9>", "a"], model.Tokens("aéa"));
        Assert.Equal(["a", "é", "é", "a"], model.Parts("aéa"));
        Assert.Equal(["<unk>"], model.Tokens("éx"));
    }

    [Fact]
    public void Encode_NoUnknownToken_RefusesUnknownText() =>
        Assert.Contains("'ax'", Assert.Throws<ArgumentException>(
            () => Models.Read("""{"type":"Unigram","vocab":[["a",0]]}""").Encode("ax")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"Unigram","unk_id":1,"vocab":[["a",0]]}""", "unk_id")]
    [InlineData("""{"type":"Unigram","unk_id":-1,"vocab":[["a",0]]}""", "unk_id")]
    [InlineData("""{"type":"Unigram","vocab":[["a","b"]]}""", "not valid")]
    [InlineData("""{"type":"Unigram","vocab":[["a"]]}""", "score")]
    [InlineData("""{"type":"Unigram","vocab":[[null,1]]}""", "null")]
    [InlineData("""{"type":"Unigram","vocab":[["a",1e999]]}""", "finite")]
    [InlineData("""{"type":"Unigram","vocab":{"a":1}}""", "list")]
    [InlineData("""{"type":"Unigram"}""", "vocab")]
    public void Read_ContradictoryFile_IsRefused(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Models.Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Constructor_ScoreIsNoNumber_IsRefused() =>
        Assert.Throws<FormatException>(() => new UnigramModel([("a", double.NaN)], null, fallsBackToBytes: false));

    [Fact]
    public void ToJson_ReadAgain_IsTheSame()
    {
        const string Json = """{"type":"Unigram","unk_id":0,"vocab":[["x",0],["a",-1.25]],"byte_fallback":true}""";

        Assert.Equal(Json, Models.Read(Json).ToJson().ToJsonString());
        Assert.Equal(Json, Models.Read(Json.Replace("\"type\":\"Unigram\",", "", StringComparison.Ordinal)).ToJson().ToJsonString());
    }

    [Fact]
    public void Encode_RandomVocabularies_EqualTheBestOfAllCuts()
    {
        var random = new Random(2);
        for (var round = 0; round < 300; round++)
        {
            var tokens = Enumerable.Range(0, random.Next(1, 14)).Select(_ => RandomText(random, 3)).Prepend("?").Distinct()
                .Select(token => (token, Math.Round(-6 * random.NextDouble(), 3) - (random.Next(1000) * 1e-9))).ToArray();
            var model = new UnigramModel(tokens, 0, fallsBackToBytes: false);
            var piece = RandomText(random, 9);

            Assert.Equal(BestCut(piece, tokens, tokens.Min(token => token.Item2) - 10), model.Parts(piece));
        }
    }

    private static string RandomText(Random random, int longest) =>
        new([.. Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => "abc"[random.Next(3)])]);

    // All 2^(n-1) ways to cut; unknown letters that touch are one part.
    private static string[] BestCut(string piece, (string Token, double Score)[] tokens, double unknownScore)
    {
        var scores = tokens.ToDictionary(token => token.Token, token => token.Score);
        var (best, bestScore) = (Array.Empty<string>(), double.NegativeInfinity);
        for (var cuts = 0; cuts < 1 << (piece.Length - 1); cuts++)
        {
            var parts = Cut(piece, cuts);
            if (!parts.All(part => scores.ContainsKey(part) || part.Length == 1))
                continue;
            var score = parts.Sum(part => scores.GetValueOrDefault(part, unknownScore));
            if (score > bestScore)
                (best, bestScore) = (parts, score);
        }
        return Fuse(best, scores);
    }

    private static string[] Cut(string piece, int cuts)
    {
        var parts = new List<string> { $"{piece[0]}" };
        for (var i = 1; i < piece.Length; i++)
        {
            if ((cuts >> (i - 1) & 1) == 1)
                parts.Add("");
            parts[^1] += piece[i];
        }
        return [.. parts];
    }

    private static string[] Fuse(string[] parts, Dictionary<string, double> known)
    {
        var fused = new List<string>();
        var last = true;
        foreach (var part in parts)
        {
            if (known.ContainsKey(part) || last)
                fused.Add(part);
            else
                fused[^1] += part;
            last = known.ContainsKey(part);
        }
        return [.. fused];
    }
}
