using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Each piece is one token, or the unknown one.</summary>
internal sealed class WordLevelModel(ModelVocabulary vocabulary, string unknownToken) : TokenModel
{
    public override int VocabSize => vocabulary.Size;

    public static WordLevelModel FromJson(JsonElement json) =>
        new(ModelVocabulary.Read(TokenModelJson.Require(json, "vocab")), TokenModelJson.RequireString(json, "unk_token"));

    public override string? IdToToken(int id) => vocabulary[id];

    public override int? TokenToId(string token) => vocabulary.Find(token);

    public override void Encode(string piece, List<ModelToken> tokens)
    {
        var id = vocabulary.Find(piece) ?? vocabulary.Find(unknownToken) ?? throw TokenModelJson.UnknownPiece(piece, unknownToken);
        tokens.Add(new ModelToken(id, 0, piece.Length));
    }

    public override JsonObject ToJson() => new()
    {
        ["type"] = TokenModelJson.WordLevel,
        ["vocab"] = vocabulary.ToJson(),
        ["unk_token"] = unknownToken,
    };
}
