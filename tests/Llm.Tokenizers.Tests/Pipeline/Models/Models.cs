using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>Short forms for tests of token models.</summary>
internal static class Models
{
    public static TokenModel Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TokenModel.Read(document.RootElement);
    }

    public static List<ModelToken> Encode(this TokenModel model, string piece)
    {
        var tokens = new List<ModelToken>();
        model.Encode(piece, tokens);
        return tokens;
    }

    public static string?[] Tokens(this TokenModel model, string piece) =>
        [.. model.Encode(piece).Select(token => model.IdToToken(token.Id))];

    /// <summary>The parts of the piece that its tokens stand for.</summary>
    public static string[] Parts(this TokenModel model, string piece) =>
        [.. model.Encode(piece).Select(token => piece.Substring(token.Start, token.Length))];
}
