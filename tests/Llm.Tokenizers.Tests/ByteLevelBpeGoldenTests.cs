using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>
/// Ids, tokens, places and texts of Hugging Face's tokenizers 0.23.1, transformers 5.12.1 and tiktoken 0.12.0: all must be equal.
/// </summary>
public class ByteLevelBpeGoldenTests
{
    public static TheoryData<string> Folders => [
        "small/bytelevel-bpe", "small/bytelevel-bpe-no-alphabet", "small/split-cl100k",
        "folders/gpt2-saved", "folders/gpt2-vocab-merges-only", "folders/gpt2-with-config", "folders/fast-file"];

    public static TheoryData<string> DecodedFolders => [
        "small/bytelevel-bpe", "small/bytelevel-bpe-no-alphabet", "small/bytelevel-bpe-prefix-space-trim", "small/split-cl100k"];

    [Theory, MemberData(nameof(Folders))]
    public void Encode_GoldenText_GivesIdsTokensAndPlaces(string folder)
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder(folder));

        foreach (var golden in Golden.Cases(Golden.Folder(folder, "cases.json")).Where(IsSingleText))
            AssertEncodes(tokenizer, golden);
    }

    [Theory, MemberData(nameof(DecodedFolders))]
    public void Decode_GoldenIds_GivesTextAtOnceAndInPieces(string folder)
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder(folder));

        foreach (var golden in Golden.Cases(Golden.Folder(folder, "decode.json")))
            AssertDecodes(tokenizer, golden);
    }

    [Fact]
    public void Encode_GoldenTextOfGpt2_GivesIdsTokensAndPlaces()
    {
        foreach (var golden in Golden.Cases(Golden.Folder("real", "gpt2.json")).Where(IsSingleText))
            AssertEncodes(ByteLevelBpeTokenizer.Gpt2(), golden);
    }

    [Fact]
    public void Decode_GoldenIdsOfGpt2_GivesTextAtOnceAndInPieces()
    {
        foreach (var golden in Golden.Cases(Golden.Folder("real", "gpt2.decode.json")))
            AssertDecodes(ByteLevelBpeTokenizer.Gpt2(), golden);
    }

    [Theory, InlineData("r50k_base"), InlineData("cl100k_base"), InlineData("o200k_base")]
    public void Encode_TiktokenGolden_IsEqual(string encoding)
    {
        var tokenizer = ByteLevelBpeTokenizer.ForEncoding(encoding);
        var file = Golden.Read(Golden.Folder("real", $"{encoding}.json"));

        Assert.Equal(file.GetProperty("n_vocab").GetInt32(), tokenizer.VocabSize);
        var specialTokens = file.GetProperty("special_tokens").EnumerateObject()
            .Select(token => new AddedToken(token.Name, token.Value.GetInt32()));
        Assert.Equal(specialTokens.OrderBy(token => token.Id), tokenizer.AddedTokens.OrderBy(token => token.Id));
        foreach (var golden in file.GetProperty("cases").EnumerateArray())
        {
            if (golden.Has("bytes_hex"))
                AssertBytes(tokenizer, golden);
            else
                AssertTiktoken(tokenizer, golden);
        }
    }

    // tiktoken_ext/openai_public.py asks for these sums, so the files are the same, byte for byte.
    [Theory]
    [InlineData("r50k_base", "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930")]
    [InlineData("p50k_base", "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069")]
    [InlineData("cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7")]
    [InlineData("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d")]
    public void ForEncoding_EveryToken_HasTheCheckSumOfTiktoken(string encoding, string sum)
    {
        var tokenizer = ByteLevelBpeTokenizer.ForEncoding(encoding);
        var ranks = new StringBuilder();
        for (var id = 0; id < tokenizer.VocabSize; id++)
        {
            if (tokenizer.Learned.Tokens.Has(id) && tokenizer.AddedTokens.All(token => token.Id != id))
                ranks.Append($"{Convert.ToBase64String(tokenizer.Learned.Tokens[id])} {id}\n");
        }

        Assert.Equal(sum, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ranks.ToString()))));
    }

    [Fact]
    public void P50k_RunsOfSpaces_EqualMergingByRank()
    {
        var tokenizer = ByteLevelBpeTokenizer.ForEncoding("p50k_base");

        for (var length = 1; length < 300; length++)
            Assert.Equal(MergeSpaces(length), tokenizer.Encode(new string(' ', length)));
    }

    // By the book: the leftmost pair of the lowest rank is joined; 220 is a space, 50255 + n are n spaces.
    private static List<int> MergeSpaces(int length)
    {
        var runs = Enumerable.Repeat(1, length).ToList();
        while (true)
        {
            var pairs = Enumerable.Range(0, runs.Count - 1).Where(i => runs[i] + runs[i + 1] <= 25).ToList();
            if (pairs.Count == 0)
                return runs.ConvertAll(run => run == 1 ? 220 : 50255 + run);
            var first = pairs.MinBy(i => runs[i] + runs[i + 1]);
            runs[first] += runs[first + 1];
            runs.RemoveAt(first + 1);
        }
    }

    [Fact]
    public void Gpt2_EveryToken_EqualsRankFile()
    {
        using var ranks = File.OpenRead(Golden.Shared("vocab", "gpt2", "r50k_base.tiktoken"));

        var read = ByteLevelBpeTokenizer.FromRanks(ranks, SplitPattern.Gpt2, [new AddedToken("<|endoftext|>", 50256)]);

        Assert.Equal(ByteLevelBpeTokenizer.Gpt2().Tokens(), read.Tokens());
        Assert.Equal(read.Learned.Merges, ByteLevelBpeTokenizer.Gpt2().Learned.Merges);
    }

    [Fact]
    public void Gpt2_EveryToken_IsReachable()
    {
        var vocabulary = ByteLevelBpeTokenizer.Gpt2().Learned;

        Assert.All(Enumerable.Range(0, 50256), id => Assert.True(vocabulary.IsReachable(id)));
    }

    [Theory, InlineData("tokenizer.json"), InlineData("vocab.bpe")]
    public void Load_Gpt2AsPublished_EqualsEmbedded(string file)
    {
        var source = Golden.Shared("vocab", "gpt2", file);
        var folder = Directory.CreateTempSubdirectory("llm-gpt2-").FullName;
        if (file == "vocab.bpe")
        {
            File.Copy(source, Path.Combine(folder, "merges.txt"));
            File.Copy(Golden.Shared("vocab", "gpt2", "encoder.json"), Path.Combine(folder, "vocab.json"));
        }

        var loaded = TokenizerFolder.Load(file == "vocab.bpe" ? folder : source);

        Directory.Delete(folder, recursive: true);
        Assert.Equal(50256, loaded.EndOfTextId);
        Assert.Equal(ByteLevelBpeTokenizer.Gpt2().Tokens(), loaded.Tokens());
        Assert.Equal(ByteLevelBpeTokenizer.Gpt2().Learned.Merges, ((ByteLevelBpeTokenizer)loaded).Learned.Merges);
    }

    [Theory, InlineData("gpt2"), InlineData("r50k_base"), InlineData("cl100k_base"), InlineData("o200k_base")]
    public void Encode_Corpora_GivesGoldenHashes(string encoding)
    {
        var tokenizer = ByteLevelBpeTokenizer.ForEncoding(encoding);
        var specials = encoding == "gpt2" ? SpecialTokenPolicy.Allow : SpecialTokenPolicy.AsText;
        var rows = Golden.Shared("..", "golden", "tokenizers", "real", "corpora.json");
        foreach (var row in Golden.Read(rows).GetProperty(encoding).EnumerateArray())
        {
            var ids = Corpora.TextsOf(row[0].GetString()!, row[1]).SelectMany(text => tokenizer.Encode(text, specials)).ToArray();
            Assert.Equal(row[2].GetInt32(), ids.Length);
            Assert.Equal(row[3].GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan()))));
        }
    }

    [Theory]
    [InlineData("tiktoken-plans", "r50k_base"), InlineData("tiktoken-plans", "cl100k_base"), InlineData("tiktoken-plans", "o200k_base")]
    [InlineData("tiktoken-plans", "p50k_base"), InlineData("tiktoken-plans", "p50k_edit")]
    [InlineData("long", "chinese_o200k_base"), InlineData("long", "multilingual_o200k_base")]
    [InlineData("long", "multilinguallong_o200k_base")]
    [InlineData("long", "chinese_r50k_base"), InlineData("long", "multilingual_r50k_base")]
    [InlineData("long", "multilinguallong_r50k_base")]
    [InlineData("long", "chinese_cl100k_base"), InlineData("long", "multilingual_cl100k_base")]
    [InlineData("long", "multilinguallong_cl100k_base")]
    [InlineData("llama.cpp", "gpt-2"), InlineData("llama.cpp", "gpt-4o")]
    public void Encode_PublishedIds_AreEqual(string folder, string file)
    {
        var tokenizer = ByteLevelBpeTokenizer.ForEncoding(file switch
        {
            "gpt-2" => "gpt2",
            "gpt-4o" => "o200k_base",
            _ => ByteLevelBpeTokenizer.EncodingNames.Single(file.EndsWith),
        });
        var json = Golden.Read(Golden.Shared("tokenizer-goldens", folder, $"{file}.json"));
        JsonElement[] cases = json.Has("cases") ? [.. json.GetProperty("cases").EnumerateArray()] : [json];

        foreach (var golden in cases)
            Assert.Equal(golden.GetProperty("ids").Ints(), tokenizer.Encode(golden.Text("text")));
    }

    private static bool IsSingleText(JsonElement golden) => !golden.Has("pair") && !golden.Has("words") && !golden.Has("quirk");

    private static void AssertEncodes(LlmTokenizer tokenizer, JsonElement golden)
    {
        var text = golden.Text("text");
        var ids = golden.GetProperty("ids").Ints();

        var encoded = tokenizer.EncodeToTokens(text, SpecialTokenPolicy.Allow);

        Assert.Equal(ids, tokenizer.Encode(text, SpecialTokenPolicy.Allow));
        Assert.Equal(ids, encoded.Select(token => token.Id));
        Assert.Equal(golden.GetProperty("tokens").Strings(), encoded.Select(token => token.Value));
        if (golden.TryGetProperty("offsets_utf16", out var places))
        {
            Assert.Equal(
                places.EnumerateArray().Select(place => place[0].GetInt32()..place[1].GetInt32()),
                encoded.Select(token => token.Offset));
        }
        Assert.Equal(golden.Text("decoded"), tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(golden.Text("decoded_with_special"), tokenizer.Decode(ids));
    }

    private static void AssertDecodes(LlmTokenizer tokenizer, JsonElement golden)
    {
        var ids = golden.GetProperty("ids").Ints();
        Assert.Equal(golden.GetProperty("tokens").Strings(), ids.Select(tokenizer.IdToToken));
        Assert.Equal(golden.Text("decoded"), tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(golden.Text("decoded_with_special"), tokenizer.Decode(ids));
        Assert.Equal(golden.Text("decoded"), StreamingDecoderTests.DecodeInPieces(tokenizer, ids, skipSpecialTokens: true));
        Assert.Equal(golden.Text("decoded_with_special"), StreamingDecoderTests.DecodeInPieces(tokenizer, ids));
    }

    private static void AssertTiktoken(LlmTokenizer tokenizer, JsonElement golden)
    {
        var text = golden.Has("text")
            ? golden.Text("text")
            : new string([.. golden.GetProperty("text_utf16").Ints().Select(unit => (char)unit)]);
        var policy = golden.Text("mode") switch
        {
            "allowed_all" => SpecialTokenPolicy.Allow,
            "default" => SpecialTokenPolicy.Throw,
            _ => SpecialTokenPolicy.AsText,
        };
        if (golden.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        {
            Assert.Throws<ArgumentException>(() => tokenizer.Encode(text, policy));
            return;
        }
        var encoded = tokenizer.EncodeToTokens(text, policy);
        Assert.Equal(golden.GetProperty("ids").Ints(), encoded.Select(token => token.Id));
        if (golden.TryGetProperty("starts_utf16", out var starts))
            Assert.Equal(starts.Ints(), encoded.Select(token => token.Offset.Start.Value));
        if (golden.Has("decoded"))
            Assert.Equal(golden.Text("decoded"), tokenizer.Decode(golden.GetProperty("ids").Ints()));
    }

    private static void AssertBytes(LlmTokenizer tokenizer, JsonElement golden)
    {
        var ids = golden.GetProperty("ids").Ints();
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        tokenizer.Decode(ids, bytes);
        Assert.Equal(golden.Text("bytes_hex"), Convert.ToHexStringLower(bytes.WrittenSpan));
        Assert.Equal(golden.Text("decoded"), tokenizer.Decode(ids));
        Assert.Equal(golden.Text("decoded"), StreamingDecoderTests.DecodeInPieces(tokenizer, ids));
    }
}
