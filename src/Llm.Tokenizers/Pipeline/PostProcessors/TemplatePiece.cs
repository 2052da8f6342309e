using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>A part of a template: a special token, or one of the two sequences.</summary>
/// <param name="Token">The name of the special token; null for a sequence.</param>
/// <param name="Sequence">0 for the sequence A, 1 for B.</param>
/// <param name="TypeId">The type of its tokens.</param>
internal sealed record TemplatePiece(string? Token, int Sequence, int TypeId)
{
    public static TemplatePiece Read(JsonElement json)
    {
        var (kind, piece) = json.Find("SpecialToken") is { } token ? ("SpecialToken", token)
            : json.Find("Sequence") is { } sequence ? ("Sequence", sequence)
            : throw Malformed(json);
        if (piece.Find("type_id") is not { } type || !SpecialToken.IsId(type, out var typeId) || piece.FindString("id") is not { } id)
            throw Malformed(json);
        return (kind, id) switch
        {
            ("SpecialToken", _) => new TemplatePiece(id, -1, typeId),
            (_, "A") => new TemplatePiece(null, 0, typeId),
            (_, "B") => new TemplatePiece(null, 1, typeId),
            _ => throw Malformed(json),
        };
    }

    public JsonObject ToJson() => new()
    {
        [Token is null ? "Sequence" : "SpecialToken"] = new JsonObject
        {
            ["id"] = Token ?? (Sequence == 0 ? "A" : "B"),
            ["type_id"] = TypeId,
        },
    };

    private static FormatException Malformed(JsonElement json) =>
        new($"'{json}' in a template of TemplateProcessing is neither a SpecialToken nor a Sequence (A or B) with a type_id.");
}
