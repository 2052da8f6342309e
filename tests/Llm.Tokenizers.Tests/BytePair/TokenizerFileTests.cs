using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>Files of minbpe and tiktoken.</summary>
public class TokenizerFileTests
{
    private const string Toy = "minbpe v1\n\n1\n<|endoftext|> 300\n97 97\n256 97\n257 98\n";

    public static TheoryData<int> MinBpeCases =>
        [.. MinBpe.Index().Where(golden => golden.Item.Has("encodings")).Select(golden => golden.Index)];

    private static List<JsonElement> MinBpe { get; } = Golden.Cases(Golden.Folder("training", "minbpe.json"));

    [Theory, MemberData(nameof(MinBpeCases))]
    public void FromMinBpe_WhatMinBpeTrained_GivesItsIds(int number)
    {
        var golden = MinBpe[number];
        var merges = golden.GetProperty("merges").EnumerateArray().Select(merge => $"{merge[0]} {merge[1]}\n");
        var model = $"minbpe v1\n{golden.GetProperty("pattern").GetString()}\n0\n{string.Concat(merges)}";
        var tokenizer = Read(model);

        foreach (var encoding in golden.GetProperty("encodings").EnumerateArray())
        {
            Assert.Equal(encoding[1].Ints(), tokenizer.Encode(encoding[0].GetString()));
            Assert.Equal(encoding[0].GetString(), tokenizer.Decode(encoding[1].Ints()));
        }
        // Patterns that mean the same are written in one spelling.
        Assert.Equal(model.Split('\n')[2..], Save(tokenizer.SaveMinBpe).Split('\n')[2..]);
        Assert.Equal(tokenizer.Config.Pattern, Read(Save(tokenizer.SaveMinBpe)).Config.Pattern);
    }

    [Fact]
    public void FromMinBpe_SpecialToken_IsFoundIfAllowed()
    {
        var tokenizer = Read(Toy);

        Assert.Equal([258, 100, 258, 97, 99], tokenizer.Encode("aaabdaaabac"));
        Assert.Equal([97, 300, 98], tokenizer.Encode("a<|endoftext|>b", SpecialTokenPolicy.Allow));
        Assert.Equal(301, tokenizer.VocabSize);
        Assert.Equal(Toy, Save(tokenizer.SaveMinBpe));
    }

    [Theory]
    [InlineData("", "too early")]
    [InlineData("minbpe v2\n", "minbpe v1")]
    [InlineData("minbpe v1\n\n-1\n", "'-1'")]
    [InlineData("minbpe v1\n\n2\n<a> 300\n", "too early")]
    [InlineData("minbpe v1\n\n1\n<a>\n", "<a>")]
    [InlineData("minbpe v1\n\n1\n<a> 97\n", "97")]
    [InlineData("minbpe v1\n\n1\n<a> 9999999\n", "9999999")]
    [InlineData("minbpe v1\n\n0\n97\n", "two ids")]
    [InlineData("minbpe v1\n\n0\n97 256\n", "lower")]
    [InlineData("minbpe v1\n\n0\n97 97\n97 97\n", "twice")]
    [InlineData("minbpe v1\n(\n0\n97 97\n", "damaged")]
    public void FromMinBpe_DamagedFile_IsRefused(string model, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Read(model)).Message, StringComparison.Ordinal);

    [Fact]
    public void FromMinBpe_EachLineDoublesAToken_IsRefused()
    {
        var merges = string.Concat(Enumerable.Range(255, 60).Select(id => $"{id} {id}\n"));

        var error = Assert.Throws<InvalidDataException>(() => Read($"minbpe v1\n\n0\n{merges}"));

        Assert.Contains("together", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SaveMinBpe_OtherOrderOfBytes_IsRefusedByName() =>
        Assert.Contains("0x00", Assert.Throws<NotSupportedException>(
            () => Save(ByteLevelBpeTokenizer.Gpt2().SaveMinBpe)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("r50k_base", "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930")]
    [InlineData("cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7")]
    public void SaveRanks_KnownEncoding_HasTheChecksumThatTiktokenAsksFor(string name, string expected)
    {
        var file = new MemoryStream();

        ByteLevelBpeTokenizer.ForEncoding(name).SaveRanks(file);

        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(file.ToArray())));
    }

    [Fact]
    public void SaveRanks_ReadAgain_GivesTheSameIds()
    {
        const string Text = "In 1851 they'd 12345 whales!\n\n  漢字 <|bos|>";
        var special = new AddedToken("<|bos|>", 50300);
        var file = new MemoryStream();
        ByteLevelBpeTokenizer.Gpt2().SaveRanks(file);
        file.Position = 0;

        var nanochat = ByteLevelBpeTokenizer.FromRanks(file, SplitPattern.Nanochat, [special]);

        file.Position = 0;
        var gpt2 = ByteLevelBpeTokenizer.FromRanks(file, SplitPattern.Gpt2, [special]);
        Assert.Equal(ByteLevelBpeTokenizer.Gpt2().Encode(Text), gpt2.Encode(Text));
        Assert.Equal(50300, nanochat.Encode(Text, SpecialTokenPolicy.Allow)[^1]);
        Assert.Equal(["12", "34", "5"], nanochat.EncodeToTokens("12345", out _).Select(token => token.Value));
        Assert.Equal(Text, nanochat.Decode(nanochat.Encode(Text)));
    }

    [Fact]
    public void SaveRanks_MergesInAnotherOrderThanIds_IsRefused()
    {
        var vocabulary = Enumerable.Range(0, 256).ToDictionary(value => $"{ByteSymbols.ToSymbol((byte)value)}");
        (vocabulary["ab"], vocabulary["bc"]) = (257, 256);
        var tokenizer = new ByteLevelBpeTokenizer(vocabulary, [("a", "b"), ("b", "c")]);

        Assert.Contains("order", Assert.Throws<NotSupportedException>(() => Save(tokenizer.SaveRanks)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromRanks_TokenComesTwice_IsRefused()
    {
        var lines = Enumerable.Range(0, 256).Select(value => $"{Convert.ToBase64String([(byte)value])} {value}\n").Append("YQ== 256\n");

        Assert.Throws<InvalidDataException>(
            () => ByteLevelBpeTokenizer.FromRanks(new MemoryStream(Encoding.ASCII.GetBytes(string.Concat(lines))), SplitPattern.Gpt2));
    }

    [Theory, InlineData(-1), InlineData(int.MinValue), InlineData(2_000_000_000), InlineData(int.MaxValue)]
    public void FromRanks_AddedIdOutOfRange_IsRefused(int id)
    {
        var ranks = string.Concat(Enumerable.Range(0, 256).Select(value => $"{Convert.ToBase64String([(byte)value])} {value}\n"));

        var error = Assert.Throws<ArgumentException>(() => ByteLevelBpeTokenizer.FromRanks(
            new MemoryStream(Encoding.ASCII.GetBytes(ranks)), SplitPattern.Gpt2, [new AddedToken("<x>", id)]));

        Assert.Contains($"'<x>' has the id {id}. Ids are 0 to", error.Message, StringComparison.Ordinal);
    }

    private static ByteLevelBpeTokenizer Read(string model) =>
        ByteLevelBpeTokenizer.FromMinBpe(new MemoryStream(Encoding.UTF8.GetBytes(model)));

    private static string Save(Action<Stream> save)
    {
        var file = new MemoryStream();
        save(file);
        return Encoding.UTF8.GetString(file.ToArray());
    }
}
