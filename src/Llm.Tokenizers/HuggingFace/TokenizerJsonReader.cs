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
            return Read(json, settings);
        }
        catch (NotSupportedException error)
        {
            throw new NotSupportedException($"{path}: {error.Message}", error);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or KeyNotFoundException or FormatException
            or InvalidDataException or OverflowException)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    // Most files are of one of the kinds that have a class of their own, which is faster than the pipeline and gives the same ids.
    private static LlmTokenizer Read(JsonElement json, TokenizerSettings settings)
    {
        if (json.ValueKind != JsonValueKind.Object || json.Find("model") is not { ValueKind: JsonValueKind.Object })
            throw new FormatException("It is no tokenizer.json: it has no model.");
        if (json.FindString("version") is { } version && version != TokenizerJson.Version)
            throw new NotSupportedException($"it has the version '{version}', which is not supported. Supported: {TokenizerJson.Version}.");
        var sections = EncodingSections.Read(json);
        var tokenizer = ByteLevelBpeJson.TryRead(json, sections, settings)
            ?? WordLevelFiles.TryRead(json, sections, settings)
            ?? (LlmTokenizer)PipelineFiles.Read(json, sections, settings);
        // A model has no row for such an id, which would be found out in native code.
        if (sections.PostProcessor?.SpecialTokens.FirstOrDefault(token => tokenizer.IdToToken(token.Id) is null) is { } missing)
            throw new FormatException($"Its post_processor adds '{missing.Content}' with the id {missing.Id}, which the vocabulary lacks.");
        return tokenizer;
    }
}
