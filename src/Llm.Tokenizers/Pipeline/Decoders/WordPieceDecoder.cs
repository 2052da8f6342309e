using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Joins word pieces: a piece with the prefix continues the word, any other starts a new one behind a space.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : TokenDecoder
{
    private static readonly (string Found, string Meant)[] CleanUps = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")];

    public override List<string> Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        foreach (var token in tokens)
        {
            var text = decoded.Count == 0 ? token
                : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..]
                : " " + token;
            decoded.Add(cleansUp ? CleanUp(text) : text);
        }
        return decoded;
    }

    public override JsonObject ToJson() => new() { ["type"] = "WordPiece", ["prefix"] = prefix, ["cleanup"] = cleansUp };

    /// <summary>Takes spaces back that stand before English punctuation and contractions.</summary>
    public static string CleanUp(string text)
    {
        if (!text.Contains(' '))
            return text;
        foreach (var (found, meant) in CleanUps)
            text = text.Replace(found, meant, StringComparison.Ordinal);
        return text;
    }

    /// <summary>Replaces each occurrence; the empty string occurs at each end of each character, as in Rust.</summary>
    public static string ReplaceAll(string text, string found, string meant)
    {
        if (found.Length > 0)
            return text.Replace(found, meant, StringComparison.Ordinal);
        var replaced = new StringBuilder(meant);
        foreach (var character in text.EnumerateRunes())
            replaced.Append(character).Append(meant);
        return replaced.ToString();
    }
}
