using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>A token that a post-processor adds.</summary>
internal sealed record SpecialToken(string Content, int Id)
{
    /// <summary>Reads ["[SEP]", 102].</summary>
    /// <exception cref="FormatException">It is not spelled so.</exception>
    public static SpecialToken Read(JsonElement section, string name) =>
        section.Find(name) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
            && pair[0].ValueKind == JsonValueKind.String && IsId(pair[1], out var id)
            ? new SpecialToken(pair[0].GetString()!, id)
            : throw new FormatException($"{name} of {SectionReading.TypeOf(section)} is not a token and its id.");

    public static bool IsId(JsonElement json, out int id)
    {
        id = -1;
        return json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out id) && id >= 0;
    }

    public JsonArray ToJson() => new(Content, Id);

    /// <summary>The token as a sequence of its own, of no text.</summary>
    public TokenRow ToRow(int typeId) => new(Id, Content, default, null, typeId, "", IsSpecial: true);
}
