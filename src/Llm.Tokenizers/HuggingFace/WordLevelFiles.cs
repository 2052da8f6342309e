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

    /// <summary>A tokenizer.json with the model type WordLevel.</summary>
    /// <exception cref="NotSupportedException">Its steps are not those that <see cref="Write(WordTokenizer, string)"/> and its like
    /// write.</exception>
    public static LlmTokenizer Read(JsonElement json, JsonElement model, TokenizerSettings settings)
    {
        var tokens = ReadVocabulary(model);
        var unknown = model.FindString("unk_token");
        var special = AddedTokenJson.ReadAll(json).Where(token => token.IsSpecial).Select(token => token.Content).ToList();
        return (TypeOf(json, "normalizer"), TypeOf(json, "pre_tokenizer"), TypeOf(json, "decoder"), TypeOf(json, "post_processor")) switch
        {
            ("none", "Split", "Fuse", "none") when IsCharacterSplit(json) =>
                new CharTokenizer(tokens, unknown is not null && tokens.Contains(unknown) ? unknown : null) { Settings = settings },
            ("none", "WhitespaceSplit", "none", "none") when unknown is not null =>
                new WordTokenizer(tokens, special, unknown, lowerCases: false) { Settings = settings },
            ("Lowercase", "WhitespaceSplit", "none", "none") when unknown is not null =>
                new WordTokenizer(tokens, special, unknown) { Settings = settings },
            var (normalizer, preTokenizer, decoder, processor) => throw new NotSupportedException(
                $"it has a WordLevel model with the normalizer '{normalizer}', the pre-tokenizer '{preTokenizer}', the decoder '{decoder}' and the "
                + $"post-processor '{processor}', which is not supported yet. Supported: what CharTokenizer and WordTokenizer save."),
        };
    }

    private static string TypeOf(JsonElement json, string section) => json.Find(section)?.FindString("type") ?? "none";

    private static bool IsCharacterSplit(JsonElement json)
    {
        var split = json.GetProperty("pre_tokenizer");
        return split.Find("pattern")?.FindString("Regex") == AnyCharacter && split.FindString("behavior") == "Isolated" && !split.IsTrue("invert");
    }

    private static string[] ReadVocabulary(JsonElement model)
    {
        var vocabulary = model.GetProperty("vocab").EnumerateObject()
            .Select(token => (token.Name, Id: token.Value.GetInt32())).OrderBy(token => token.Id).ToList();
        var hole = vocabulary.Index().FirstOrDefault(token => token.Index != token.Item.Id, (-1, default)).Index;
        return hole < 0 ? [.. vocabulary.Select(token => token.Name)] : throw new FormatException(
            $"The ids of the vocabulary must be 0 to {vocabulary.Count - 1}, but '{vocabulary[hole].Name}' has the id {vocabulary[hole].Id}.");
    }

    private static void WriteFiles(
        string folder, LlmTokenizer tokenizer, string? unknownToken, string? normalizer, Action<Utf8JsonWriter> writePreTokenizer, string? decoder)
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
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            AddedTokenJson.Write(json, tokenizer.AddedTokens);
            WriteSection(json, "normalizer", normalizer);
            json.WritePropertyName("pre_tokenizer");
            writePreTokenizer(json);
            json.WriteNull("post_processor");
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
