using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Writes and reads tokenizers of words and characters as tokenizer.json with a WordLevel model.</summary>
internal static class WordLevelFiles
{
    private const string AnyCharacter = @"[\s\S]"; // in every dialect, line ends included

    public static void Write(WordTokenizer tokenizer, string folder)
    {
        var normalizer = tokenizer.LowerCases ? "Lowercase" : null;
        WriteFiles(folder, tokenizer, tokenizer.UnknownToken, normalizer, json => WriteType(json, "WhitespaceSplit"), decoder: null);
    }

    public static void Write(CharTokenizer tokenizer, string folder) =>
        WriteFiles(folder, tokenizer, tokenizer.UnknownToken, normalizer: null, WriteCharacterSplit, decoder: "Fuse");

    /// <summary>
    /// A <see cref="CharTokenizer"/> or <see cref="WordTokenizer"/>; null where the file has other steps than those that
    /// <see cref="Write(WordTokenizer, string)"/> and its like write, or asks for more than these tokenizers can.
    /// </summary>
    public static LlmTokenizer? TryRead(JsonElement json, EncodingSections sections, TokenizerSettings settings)
    {
        var model = json.GetProperty("model");
        if (model.FindString("type") != TokenModelJson.WordLevel || TryReadVocabulary(model) is not { } tokens)
            return null;
        var unknown = model.FindString("unk_token");
        var added = AddedTokenJson.ReadAll(json).OrderBy(token => token.Id).ToArray();
        var special = added.Select(token => token.Content).ToList();
        var isKnown = unknown is not null && tokens.Contains(unknown);
        var lowerCases = TypeOf(json, "normalizer") == "Lowercase";
        LlmTokenizer? tokenizer = (TypeOf(json, "normalizer"), TypeOf(json, "pre_tokenizer"), TypeOf(json, "decoder")) switch
        {
            ("none", "Split", "Fuse") when IsCharacterSplit(json) =>
                new CharTokenizer(tokens, isKnown ? unknown : null) { Settings = settings, Sections = sections },
            ("none" or "Lowercase", "WhitespaceSplit", "none") when isKnown && special.TrueForAll(tokens.Contains) =>
                new WordTokenizer(tokens, special, unknown!, lowerCases) { Settings = settings, Sections = sections },
            _ => null,
        };
        return tokenizer is not null && tokenizer.AddedTokens.SequenceEqual(added) ? tokenizer : null;
    }

    private static string TypeOf(JsonElement json, string section) => json.Find(section)?.FindString("type") ?? "none";

    private static bool IsCharacterSplit(JsonElement json)
    {
        var split = json.GetProperty("pre_tokenizer");
        return split.Find("pattern")?.FindString("Regex") == AnyCharacter
            && split.FindString("behavior") == "Isolated" && !split.IsTrue("invert");
    }

    private static string[]? TryReadVocabulary(JsonElement model)
    {
        if (model.Find("vocab") is not { ValueKind: JsonValueKind.Object } vocabulary)
            return null;
        var tokens = vocabulary.EnumerateObject().Select(token => (token.Name, Id: ModelVocabulary.ReadId(token.Value, token.Name)))
            .OrderBy(token => token.Id).ToList();
        var isWhole = tokens.Index().All(token => token.Index == token.Item.Id && token.Item.Name.Length > 0)
            && tokens.DistinctBy(token => token.Name).Count() == tokens.Count;
        return isWhole ? [.. tokens.Select(token => token.Name)] : null;
    }

    private static void WriteFiles(
        string folder, LlmTokenizer tokenizer, string? unknownToken, string? normalizer, Action<Utf8JsonWriter> writePreTokenizer,
        string? decoder)
    {
        tokenizer.Settings.Write(folder, config =>
        {
            config.TryAdd("tokenizer_class", "PreTrainedTokenizerFast");
            config.TryAdd("clean_up_tokenization_spaces", false);
            if (unknownToken is not null)
                config.TryAdd("unk_token", unknownToken);
            if (tokenizer.AddedTokens.Any(token => token.Content == WordTokenizer.Padding))
                config.TryAdd("pad_token", WordTokenizer.Padding);
        });
        TokenizerFiles.WriteJson(folder, TokenizerFiles.TokenizerJson, json =>
        {
            json.WriteStartObject();
            TokenizerJson.WriteHead(json, tokenizer);
            WriteSection(json, "normalizer", normalizer);
            json.WritePropertyName("pre_tokenizer");
            writePreTokenizer(json);
            TokenizerJson.WriteSection(json, "post_processor", tokenizer.Sections.PostProcessor?.ToJson());
            WriteSection(json, "decoder", decoder);
            WriteModel(json, tokenizer, unknownToken);
            json.WriteEndObject();
        });
    }

    // The format asks for an unknown token even where there is none; an unknown character is then an error in Hugging Face's library too.
    private static void WriteModel(Utf8JsonWriter json, LlmTokenizer tokenizer, string? unknownToken)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "WordLevel");
        json.WriteStartObject("vocab");
        for (var id = 0; id < tokenizer.VocabSize; id++)
            json.WriteNumber(tokenizer.IdToToken(id) ?? throw new InvalidOperationException($"The id {id} has no token."), id);
        json.WriteEndObject();
        json.WriteString("unk_token", unknownToken ?? "<unk>");
        json.WriteEndObject();
    }

    private static void WriteSection(Utf8JsonWriter json, string name, string? type)
    {
        json.WritePropertyName(name);
        if (type is null)
            json.WriteNullValue();
        else
            WriteType(json, type);
    }

    private static void WriteType(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    private static void WriteCharacterSplit(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", AnyCharacter);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
    }
}
