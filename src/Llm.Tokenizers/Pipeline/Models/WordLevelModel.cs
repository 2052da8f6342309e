using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Each piece is one token, or the unknown one.</summary>
/// <exception cref="FormatException">The vocabulary lacks the unknown token.</exception>
internal sealed class WordLevelModel(ModelVocabulary vocabulary, string unknownToken) : TokenModel
{
    private readonly int _unknownId = vocabulary.FindUnknown(unknownToken);

    public override int VocabSize => vocabulary.Size;

    public static WordLevelModel FromJson(JsonElement json) =>
        new(ModelVocabulary.Read(TokenModelJson.Require(json, "vocab")), TokenModelJson.RequireString(json, "unk_token"));

    public override string? IdToToken(int id) => vocabulary[id];

    public override int? TokenToId(string token) => vocabulary.Find(token);

    public override void Encode(string piece, List<ModelToken> tokens) =>
        tokens.Add(new ModelToken(vocabulary.Find(piece) ?? _unknownId, 0, piece.Length));

    public override JsonObject ToJson() => new()
    {
        ["type"] = TokenModelJson.WordLevel,
        ["vocab"] = vocabulary.ToJson(),
        ["unk_token"] = unknownToken,
    };
}
