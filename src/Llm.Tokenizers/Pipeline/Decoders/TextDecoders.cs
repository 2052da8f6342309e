using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Joins all tokens into one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];

    public override JsonObject ToJson() => new() { ["type"] = "Fuse" };
}

/// <summary>Replaces each match of a pattern within a token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => tokens.ConvertAll(Replace);

    public override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };

    private string Replace(string token)
    {
        var replaced = new StringBuilder(token.Length);
        var done = 0;
        foreach (var (start, length) in pattern.FindMatches(token))
        {
            replaced.Append(token, done, start - done).Append(content);
            done = start + length;
        }
        return done == 0 && replaced.Length == 0 ? token : replaced.Append(token, done, token.Length - done).ToString();
    }
}

/// <summary>Strips a character from the ends of each token, up to so many times.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    public override JsonObject ToJson() =>
        new() { ["type"] = "Strip", ["content"] = content.ToString(), ["start"] = start, ["stop"] = stop };

    private string Strip(string token)
    {
        var stripped = content.ToString();
        var from = 0;
        for (var i = 0; i < start && token.AsSpan(from).StartsWith(stripped); i++)
            from += stripped.Length;
        var to = token.Length;
        for (var i = 0; i < stop && token.AsSpan(from, to - from).EndsWith(stripped); i++)
            to -= stripped.Length;
        return token[from..to];
    }
}

/// <summary>Turns ▁ back into spaces, but leaves out those of the first token where one was put before the text.</summary>
internal sealed class MetaspaceDecoder(Metaspace options) : TokenDecoder
{
    private readonly string _replacement = options.Replacement.ToString();

    private bool PrependsSpace => options.PrependScheme != Metaspace.Never;

    public override List<string> Decode(List<string> tokens) =>
        [.. tokens.Select((token, i) => token.Replace(_replacement, i == 0 && PrependsSpace ? "" : " ", StringComparison.Ordinal))];

    public override JsonObject ToJson() => options.ToJson();
}

/// <summary>Turns the suffix that ends a word into a space; at the end of the text it goes.</summary>
internal sealed class BpeDecoder(string suffix) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) =>
        [.. tokens.Select((token, i) => WordPieceDecoder.ReplaceAll(token, suffix, i == tokens.Count - 1 ? "" : " "))];

    public override JsonObject ToJson() => new() { ["type"] = "BPEDecoder", ["suffix"] = suffix };
}

/// <summary>What a speech model spells over time (Graves et al. 2006): repeats count once, pads go, delimiters become spaces.</summary>
internal sealed class CtcDecoder(string pad, string delimiter, bool cleansUp) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1])
                continue;
            var token = WordPieceDecoder.ReplaceAll(tokens[i], pad, "");
            if (cleansUp)
                token = WordPieceDecoder.ReplaceAll(WordPieceDecoder.CleanUp(token), delimiter, " ");
            if (token.Length > 0)
                decoded.Add(token);
        }
        return decoded;
    }

    public override JsonObject ToJson() =>
        new() { ["type"] = "CTC", ["pad_token"] = pad, ["word_delimiter_token"] = delimiter, ["cleanup"] = cleansUp };
}
