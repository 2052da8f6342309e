using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// Writes a <see cref="ByteLevelBpeTokenizer"/> as Hugging Face's files: tokenizer.json, vocab.json, merges.txt, tokenizer_config.json.
/// </summary>
internal static class ByteLevelBpeFiles
{
    public static void Write(ByteLevelBpeTokenizer tokenizer, string folder)
    {
        TokenizerFiles.WriteJson(folder, TokenizerFiles.Vocabulary, json => WriteVocabulary(json, tokenizer));
        TokenizerFiles.Write(folder, TokenizerFiles.Merges, stream => WriteMerges(stream, tokenizer));
        tokenizer.Settings.Write(folder, config => SetTokenizerConfig(config, tokenizer));
        TokenizerFiles.WriteJson(folder, TokenizerFiles.TokenizerJson, json => WriteTokenizerJson(json, tokenizer));
    }

    // Added tokens stand in the vocabulary too: Hugging Face's library renumbers those that do not.
    private static void WriteVocabulary(Utf8JsonWriter json, ByteLevelBpeTokenizer tokenizer)
    {
        json.WriteStartObject();
        for (var id = 0; id < tokenizer.VocabSize; id++)
        {
            if (tokenizer.IdToToken(id) is { } token)
                json.WriteNumber(token, id);
        }
        json.WriteEndObject();
    }

    private static void WriteMerges(Stream stream, ByteLevelBpeTokenizer tokenizer)
    {
        using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        text.WriteLine("#version: 0.2"); // readers skip the first line
        foreach (var merge in tokenizer.Learned.Merges)
            text.WriteLine($"{tokenizer.LearnedToken(merge.Left)} {tokenizer.LearnedToken(merge.Right)}");
    }

    // GPT2Tokenizer would add an end of text that the vocabulary lacks, and brings GPT-2's pattern with it.
    private static void SetTokenizerConfig(JsonObject config, ByteLevelBpeTokenizer tokenizer)
    {
        var isGpt2 = tokenizer.EndOfTextId is not null && tokenizer.Config.Pattern == SplitPattern.Gpt2;
        config.TryAdd("tokenizer_class", isGpt2 ? "GPT2Tokenizer" : "PreTrainedTokenizerFast");
        config.TryAdd("clean_up_tokenization_spaces", false);
        config["add_prefix_space"] = tokenizer.Config.AddsPrefixSpace;
        if (tokenizer.EndOfTextId is { } endOfText)
        {
            foreach (var role in (string[])["bos_token", "eos_token", "unk_token"])
                config.TryAdd(role, tokenizer.IdToToken(endOfText));
        }
        config["added_tokens_decoder"] = AddedTokenJson.ToDecoder(tokenizer.AddedTokens);
    }

    private static void WriteTokenizerJson(Utf8JsonWriter json, ByteLevelBpeTokenizer tokenizer)
    {
        json.WriteStartObject();
        TokenizerJson.WriteHead(json, tokenizer);
        TokenizerJson.WriteSection(json, "normalizer", tokenizer.Nfc?.ToJson());
        TokenizerJson.WriteSection(json, "pre_tokenizer", DescribePreTokenizer(tokenizer.Config));
        TokenizerJson.WriteSection(json, "post_processor", tokenizer.Sections.PostProcessor?.ToJson());
        TokenizerJson.WriteSection(json, "decoder", DescribeByteLevel(addsPrefixSpace: true, usesRegex: true));
        json.WritePropertyName("model");
        WriteModel(json, tokenizer);
        json.WriteEndObject();
    }

    private static JsonObject DescribePreTokenizer(ByteLevelBpeConfig config)
    {
        if (config.Pattern == SplitPattern.Gpt2 || config.Pattern == SplitPattern.None)
            return DescribeByteLevel(config.AddsPrefixSpace, usesRegex: config.Pattern == SplitPattern.Gpt2);
        var split = new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = config.Pattern.Regex },
            ["behavior"] = "Isolated",
            ["invert"] = false,
        };
        return new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(split, DescribeByteLevel(config.AddsPrefixSpace, usesRegex: false)),
        };
    }

    private static JsonObject DescribeByteLevel(bool addsPrefixSpace, bool usesRegex) =>
        ByteLevelPreTokenizer.ToJson(addsPrefixSpace, trimsOffsets: true, usesRegex);

    private static void WriteModel(Utf8JsonWriter json, ByteLevelBpeTokenizer tokenizer)
    {
        json.WriteStartObject();
        json.WriteString("type", "BPE");
        foreach (var unused in (string[])["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"])
            json.WriteNull(unused);
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", tokenizer.Config.IgnoresMerges);
        json.WritePropertyName("vocab");
        WriteVocabulary(json, tokenizer);
        json.WriteStartArray("merges");
        foreach (var merge in tokenizer.Learned.Merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(tokenizer.LearnedToken(merge.Left));
            json.WriteStringValue(tokenizer.LearnedToken(merge.Right));
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
