using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Short forms for what tokenizer files leave out or set to null.</summary>
internal static class JsonReading
{
    /// <summary>The property; null where it is missing or null.</summary>
    public static JsonElement? Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The string property; null where it is missing or null.</summary>
    public static string? FindString(this JsonElement json, string name) => json.Find(name)?.GetString();

    public static bool IsTrue(this JsonElement json, string name) => json.Find(name)?.GetBoolean() ?? false;
}
