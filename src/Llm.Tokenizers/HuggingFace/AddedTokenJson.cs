using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Added tokens as tokenizer.json and tokenizer_config.json spell them.</summary>
internal static class AddedTokenJson
{
    /// <summary>Writes the section added_tokens of tokenizer.json.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<AddedToken> tokens)
    {
        json.WriteStartArray("added_tokens");
        foreach (var token in tokens.OrderBy(token => token.Id))
        {
            var described = Describe(token);
            described.Insert(0, "id", token.Id);
            described.WriteTo(json);
        }
        json.WriteEndArray();
    }

    /// <summary>The section added_tokens_decoder of tokenizer_config.json.</summary>
    public static JsonObject ToDecoder(IEnumerable<AddedToken> tokens) =>
        new(tokens.OrderBy(token => token.Id).Select(token => KeyValuePair.Create($"{token.Id}", (JsonNode?)Describe(token))));

    private static JsonObject Describe(AddedToken token) => new()
    {
        ["content"] = token.Content,
        ["single_word"] = token.IsSingleWord,
        ["lstrip"] = token.StripsLeft,
        ["rstrip"] = token.StripsRight,
        ["normalized"] = token.IsNormalized,
        ["special"] = token.IsSpecial,
    };

    /// <summary>The section added_tokens of tokenizer.json.</summary>
    public static IEnumerable<AddedToken> ReadAll(JsonElement tokenizerJson) =>
        tokenizerJson.Find("added_tokens")?.EnumerateArray().Select(ReadWithId) ?? [];

    /// <exception cref="FormatException">It has no content.</exception>
    public static AddedToken Read(JsonElement json, int id) => new(ContentOf(json, id), id)
    {
        IsSingleWord = json.IsTrue("single_word"),
        StripsLeft = json.IsTrue("lstrip"),
        StripsRight = json.IsTrue("rstrip"),
        IsNormalized = json.IsTrue("normalized"),
        IsSpecial = json.IsTrue("special"),
    };

    private static AddedToken ReadWithId(JsonElement json)
    {
        var content = json.FindString("content") ?? "";
        return Read(json, json.Find("id") is { } id
            ? ModelVocabulary.ReadId(id, content)
            : throw new FormatException($"The added token '{ModelVocabulary.Short(content)}' has no id."));
    }

    private static string ContentOf(JsonElement json, int id) =>
        json.FindString("content") ?? throw new FormatException($"The added token {id} has no content.");
}
