using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>Published tokenizers against Hugging Face's tokenizers 0.23.1, and against ids that others published.</summary>
public class RealTokenizerTests
{
    [Theory, InlineData("gpt2"), InlineData("bert-base-uncased"), InlineData("qwen3"), InlineData("roberta")]
    public void EncodeForModel_GoldenTexts_GivesGoldenEncodings(string name)
    {
        var tokenizer = RealTokenizers.Open(name);

        foreach (var golden in Golden.Cases(Golden.Folder("real", $"{name}.json")).Where(golden => !golden.Has("quirk")))
            EncodingGolden.AssertEncodes(tokenizer, golden);
        foreach (var golden in Golden.Cases(Golden.Folder("real", $"{name}.decode.json")))
            EncodingGolden.AssertDecodes(tokenizer, golden);
    }

    [Theory, InlineData("bert-base-uncased"), InlineData("qwen3"), InlineData("roberta")]
    public void Encode_Corpora_GivesGoldenHashes(string name)
    {
        var tokenizer = RealTokenizers.Open(name);
        var rows = Golden.Read(Golden.Shared("..", "golden", "tokenizers", "real", "corpora.json"));
        foreach (var row in rows.GetProperty(name).EnumerateArray())
        {
            var texts = Corpora.TextsOf(row[0].GetString()!, row[1]);
            var ids = texts.SelectMany(text => tokenizer.Encode(text, SpecialTokenPolicy.Allow)).ToArray();
            Assert.Equal((row[0].GetString(), row[2].GetInt32()), (row[0].GetString(), ids.Length));
            Assert.Equal(row[3].GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan()))));
        }
    }

    // The vocabularies of the other files there (falcon, Llama, T5, Whisper, BERT cased and so on) are not at hand.
    [Theory]
    [InlineData("gpt2", "llama.cpp/gpt-2"), InlineData("gpt2", "transformers.js/Xenova__gpt2")]
    [InlineData("bert-base-uncased", "llama.cpp/bert-bge"), InlineData("bert-base-uncased", "llama.cpp/jina-v2-en")]
    [InlineData("bert-base-uncased", "transformers.js/Xenova__bert-base-uncased")]
    [InlineData("bert-base-uncased", "transformers.js/Xenova__distilbert-base-uncased-finetuned-sst-2-english")]
    [InlineData("roberta", "llama.cpp/roberta-bpe"), InlineData("roberta", "transformers.js/Xenova__all-distilroberta-v1")]
    [InlineData("qwen3", "llama.cpp/qwen2"), InlineData("qwen3", "llama.cpp/deepseek-r1-qwen")]
    [InlineData("qwen3", "transformers.js/Xenova__Qwen1.5-0.5B-Chat")]
    [InlineData("cl100k_base", "transformers.js/Xenova__gpt-4"), InlineData("o200k_base", "transformers.js/Xenova__gpt-4o")]
    [InlineData("phi-2", "llama.cpp/phi-2")]
    public void EncodeForModel_PublishedIds_AreEqual(string name, string file)
    {
        var tokenizer = RealTokenizers.Open(name);
        foreach (var golden in Golden.Cases(Golden.Shared(["tokenizer-goldens", .. $"{file}.json".Split('/')])))
        {
            var options = new EncodingOptions { AddSpecialTokens = golden.Has("decoded"), SpecialTokens = SpecialTokenPolicy.Allow };
            var ids = golden.GetProperty("ids").Ints();
            Assert.Equal(ids, tokenizer.EncodeForModel(golden.Text("text"), options).Ids);
        }
    }

    [Theory]
    [InlineData("bert-base-uncased", "bert-base-uncased"), InlineData("bert-base-uncased", "google-bert/bert-base-uncased")]
    [InlineData("gpt2", "distilgpt2")]
    public void EncodeForModel_PublishedMasksAndTexts_AreEqual(string name, string model)
    {
        var tokenizer = RealTokenizers.Open(name);
        var cases = Golden.Read(Golden.Shared("tokenizer-goldens", "swift", "tokenizer_tests.json")).GetProperty(model);
        foreach (var golden in cases.EnumerateArray())
        {
            var encoding = tokenizer.EncodeForModel(golden.Text("input"), new EncodingOptions { SpecialTokens = SpecialTokenPolicy.Allow });
            var expected = golden.GetProperty("encoded");
            Assert.Equal(expected.GetProperty("input_ids").Ints(), encoding.Ids);
            Assert.Equal(expected.GetProperty("attention_mask").Ints(), encoding.AttentionMask);
            if (expected.TryGetProperty("token_type_ids", out var types))
                Assert.Equal(types.Ints(), encoding.TypeIds);
        }
    }

    [Fact]
    public void Encode_LongFrenchText_GivesPublishedIds()
    {
        var golden = Golden.Read(Golden.Shared("tokenizer-goldens", "swift", "gpt2.json"));
        var ids = golden.GetProperty("token_ids").Ints();

        Assert.Equal(ids, RealTokenizers.Open("gpt2").Encode(golden.Text("text")));
        Assert.Equal(golden.Text("decoded_text"), RealTokenizers.Open("gpt2").Decode(ids));
    }

    [Fact]
    public void Encode_QuestionsOfSquad_GivesPublishedPieces()
    {
        var tokenizer = RealTokenizers.Open("bert-base-uncased");
        foreach (var line in File.ReadLines(Golden.Shared("tokenizer-goldens", "bert-squad", "shared.jsonl")))
        {
            using var golden = JsonDocument.Parse(line);
            var ids = tokenizer.Encode(golden.RootElement.Text("text"));
            Assert.Equal(golden.RootElement.GetProperty("ids").Ints(), ids);
            Assert.Equal(golden.RootElement.GetProperty("wordpiece").Strings(), ids.Select(tokenizer.IdToToken));
        }
    }

    [Fact]
    public void Load_WordListOfBert_EqualsItsTokenizerJson()
    {
        var published = RealTokenizers.Open("bert-base-uncased");
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.Combine("vocab.txt"), Enumerable.Range(0, published.VocabSize).Select(id => published.IdToToken(id)!));
        File.WriteAllText(folder.Combine("config.json"), """{"model_type": "bert"}""");

        var loaded = TokenizerFolder.Load(folder.Path);

        Assert.Equal(published.AddedTokens.Select(token => token.Id).Order(), loaded.AddedTokens.Select(token => token.Id).Order());
        foreach (var golden in Golden.Cases(Golden.Folder("real", "bert-base-uncased.json")))
            EncodingGolden.AssertEncodes(loaded, golden);
    }
}
