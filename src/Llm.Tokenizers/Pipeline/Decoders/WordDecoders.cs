using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Joins word pieces: a piece with the prefix continues the word, any other starts a new one behind a space.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : TokenDecoder
{
    private static readonly (string Found, string Meant)[] CleanUps = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")];

    public override DecoderStage Start(DecoderStage next) => new Stage(prefix, cleansUp, next);

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

    private sealed class Stage(string prefix, bool cleansUp, DecoderStage next) : TokenStage(next)
    {
        private bool _isFirst = true;

        protected override void WriteToken(string token)
        {
            var text = _isFirst ? token
                : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..]
                : " " + token;
            _isFirst = false;
            Next.Write(cleansUp ? CleanUp(text) : text, endsToken: true);
        }
    }
}

/// <summary>Turns the suffix that ends a word into a space; at the end of the text it goes.</summary>
internal sealed class BpeDecoder(string suffix) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(suffix, next);

    public override JsonObject ToJson() => new() { ["type"] = "BPEDecoder", ["suffix"] = suffix };

    private sealed class Stage(string suffix, DecoderStage next) : TokenStage(next)
    {
        private string? _held; // the last token from its first suffix on

        public override void End()
        {
            Flush("");
            base.End();
        }

        protected override void WriteToken(string token)
        {
            Flush(" ");
            var held = token.IndexOf(suffix, StringComparison.Ordinal);
            Next.Write(held < 0 ? token : token[..held], endsToken: held < 0);
            _held = held < 0 ? null : token[held..];
        }

        private void Flush(string meant)
        {
            if (_held is not null)
                Next.Write(WordPieceDecoder.ReplaceAll(_held, suffix, meant), endsToken: true);
            _held = null;
        }
    }
}

/// <summary>What a speech model spells over time (Graves et al. 2006): repeats count once, pads go, delimiters become spaces.</summary>
internal sealed class CtcDecoder(string pad, string delimiter, bool cleansUp) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(this, next);

    public override JsonObject ToJson() =>
        new() { ["type"] = "CTC", ["pad_token"] = pad, ["word_delimiter_token"] = delimiter, ["cleanup"] = cleansUp };

    private string Decode(string token)
    {
        token = WordPieceDecoder.ReplaceAll(token, pad, "");
        return cleansUp ? WordPieceDecoder.ReplaceAll(WordPieceDecoder.CleanUp(token), delimiter, " ") : token;
    }

    private sealed class Stage(CtcDecoder decoder, DecoderStage next) : TokenStage(next)
    {
        private string? _previous;

        protected override void WriteToken(string token)
        {
            if (token == _previous)
                return;
            _previous = token;
            if (decoder.Decode(token) is { Length: > 0 } text)
                Next.Write(text, endsToken: true);
        }
    }
}
