using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Reads tokenizer.json. What is not supported is refused by name.</summary>
internal static class TokenizerJsonReader
{
    /// <param name="path">A tokenizer.json; errors start with it.</param>
    /// <param name="settings">What else its folder says.</param>
    /// <exception cref="InvalidDataException">The file contradicts itself or is no tokenizer.json.</exception>
    /// <exception cref="NotSupportedException">The file asks for something that is not supported.</exception>
    public static LlmTokenizer Read(string path, TokenizerSettings settings)
    {
        var json = TokenizerFiles.ReadJson(path);
        try
        {
            var model = json.GetProperty("model");
            return ModelType(model) switch
            {
                "BPE" => ReadByteLevelBpe(json, model, settings),
                "WordLevel" => WordLevelFiles.Read(json, model, settings),
                var other => throw new NotSupportedException(
                    $"it has the model type '{other}', which is not supported yet. Supported: BPE and WordLevel."),
            };
        }
        catch (NotSupportedException error)
        {
            throw new NotSupportedException($"{path}: {error.Message}", error);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    // Old files have no type; BPE alone has merges.
    private static string ModelType(JsonElement model) => model.ValueKind == JsonValueKind.Object
        ? model.FindString("type") ?? (model.Find("merges") is null ? "(none)" : "BPE")
        : throw new FormatException("Its model is not an object.");

    private static ByteLevelBpeTokenizer ReadByteLevelBpe(JsonElement json, JsonElement model, TokenizerSettings settings)
    {
        RefuseUnsupported(json, model);
        var vocabulary = model.GetProperty("vocab").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetInt32());
        var merges = model.GetProperty("merges").EnumerateArray().Select(ReadMerge).ToList();
        var (pattern, addsPrefixSpace) = PreTokenizerJson.Read(json.Find("pre_tokenizer"));
        return new ByteLevelBpeTokenizer(vocabulary, merges, new ByteLevelBpeConfig
        {
            Pattern = pattern,
            AddsPrefixSpace = addsPrefixSpace,
            IgnoresMerges = model.IsTrue("ignore_merges"),
            PlaceTrimming = PreTokenizerJson.ReadTrimming(json.Find("post_processor")),
            AddedTokens = [.. AddedTokenJson.ReadAll(json)],
        })
        { Settings = settings };
    }

    // Newer files have ["a", "b"], older ones "a b".
    private static (string Left, string Right) ReadMerge(JsonElement merge)
    {
        string?[] parts = merge.ValueKind == JsonValueKind.Array
            ? [.. merge.EnumerateArray().Select(part => part.GetString())]
            : [.. (merge.GetString() ?? "").Split(' ')];
        return parts is [{ } left, { } right] ? (left, right) : throw new FormatException($"The merge {merge} does not have two parts.");
    }

    private static void RefuseUnsupported(JsonElement json, JsonElement model)
    {
        if (json.Find("normalizer") is { } normalizer)
            throw new NotSupportedException($"it has the normalizer '{normalizer.FindString("type")}', which is not supported yet.");
        if (json.Find("decoder")?.FindString("type") is var decoder and not "ByteLevel")
            throw new NotSupportedException($"it has the decoder '{decoder ?? "none"}'. Byte-level BPE needs the decoder 'ByteLevel'.");
        if (json.Find("post_processor") is { } processor && !PreTokenizerJson.AddsNothing(processor))
            throw new NotSupportedException($"it has the post-processor '{processor.FindString("type")}', which is not supported yet.");
        foreach (var option in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.FindString(option) is { Length: > 0 } value)
                throw new NotSupportedException($"its model has the {option} '{value}', which is not supported yet.");
        }
        if (model.Find("dropout")?.GetDouble() > 0)
            throw new NotSupportedException("its model has a dropout, which is not supported.");
        if (model.IsTrue("byte_fallback"))
            throw new NotSupportedException("its model has byte_fallback, which is not supported yet.");
    }
}
