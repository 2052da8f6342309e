using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>What all writers of tokenizer.json share.</summary>
internal static class TokenizerJson
{
    public const string Version = "1.0";

    /// <summary>Writes the sections before the normalizer.</summary>
    public static void WriteHead(Utf8JsonWriter json, LlmTokenizer tokenizer)
    {
        json.WriteString("version", Version);
        WriteSection(json, "truncation", tokenizer.Sections.TruncationToJson());
        WriteSection(json, "padding", tokenizer.Sections.PaddingToJson());
        AddedTokenJson.Write(json, tokenizer.AddedTokens);
    }

    /// <summary>Writes a section; null where there is none.</summary>
    public static void WriteSection(Utf8JsonWriter json, string name, JsonObject? section)
    {
        json.WritePropertyName(name);
        if (section is null)
            json.WriteNullValue();
        else
            section.WriteTo(json);
    }
}
