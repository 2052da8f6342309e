using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Added tokens as tokenizer.json and tokenizer_config.json spell them.</summary>
internal static class AddedTokenJson
{
    public static void Write(Utf8JsonWriter json, IEnumerable<AddedToken> tokens)
    {
        json.WriteStartArray("added_tokens");
        foreach (var token in tokens.OrderBy(token => token.Id))
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            WriteProperties(json, token);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void WriteProperties(Utf8JsonWriter json, AddedToken token)
    {
        json.WriteString("content", token.Content);
        json.WriteBoolean("single_word", token.IsSingleWord);
        json.WriteBoolean("lstrip", token.StripsLeft);
        json.WriteBoolean("rstrip", token.StripsRight);
        json.WriteBoolean("normalized", token.IsNormalized);
        json.WriteBoolean("special", token.IsSpecial);
    }

    public static AddedToken Read(JsonElement json, int id) => new(json.GetProperty("content").GetString()!, id)
    {
        IsSingleWord = json.IsTrue("single_word"),
        StripsLeft = json.IsTrue("lstrip"),
        StripsRight = json.IsTrue("rstrip"),
        IsNormalized = json.IsTrue("normalized"),
        IsSpecial = json.IsTrue("special"),
    };
}
