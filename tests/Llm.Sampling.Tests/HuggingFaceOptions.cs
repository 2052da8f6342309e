using System.Text.Json;

namespace Llm.Sampling.Tests;

/// <summary>Options under the names that the golden files give them.</summary>
internal static class HuggingFaceOptions
{
    /// <exception cref="NotSupportedException">There is no such option yet.</exception>
    public static GenerationOptions Parse(JsonElement json)
    {
        var options = new GenerationOptions();
        foreach (var (name, value) in json.EnumerateObject().Select(property => (property.Name, property.Value)))
            Set(options, name, value);
        return options;
    }

    private static void Set(GenerationOptions options, string name, JsonElement value)
    {
        switch (name)
        {
            case "max_new_tokens": options.MaxNewTokens = value.GetInt32(); break;
            case "max_length": options.MaxLength = value.GetInt32(); break;
            case "do_sample": options.DoSample = value.GetBoolean(); break;
            case "temperature": options.Temperature = value.GetDouble(); break;
            case "top_k": options.TopK = value.GetInt32(); break;
            case "top_p": options.TopP = value.GetDouble(); break;
            case "min_p": options.MinP = value.GetDouble(); break;
            case "repetition_penalty": options.RepetitionPenalty = value.GetDouble(); break;
            case "eos_token_id": options.StopTokens = OneOrMany(value, id => id.GetInt32()); break;
            case "stop_strings": options.StopStrings = OneOrMany(value, text => text.GetString()!); break;
            case "pad_token_id": break; // fills up shorter rows of a batch
            default: throw new NotSupportedException(name);
        }
    }

    private static T[] OneOrMany<T>(JsonElement value, Func<JsonElement, T> read) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => [.. value.EnumerateArray().Select(read)],
        _ => [read(value)],
    };
}
