using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Joins all tokens into one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    public override JsonObject ToJson() => new() { ["type"] = "Fuse" };

    private sealed class Stage(DecoderStage next) : DecoderStage
    {
        public override void Write(string text, bool endsToken) => next.Write(text, endsToken: false);

        public override void End()
        {
            next.Write("", endsToken: true);
            next.End();
        }
    }
}

/// <summary>Replaces each match of a pattern within a token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) =>
        pattern.IsCharacter ? new CharacterStage(this, next) : new Stage(this, next);

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

    private sealed class Stage(ReplaceDecoder decoder, DecoderStage next) : TokenStage(next)
    {
        protected override void WriteToken(string token) => Next.Write(decoder.Replace(token), endsToken: true);
    }

    private sealed class CharacterStage(ReplaceDecoder decoder, DecoderStage next) : DecoderStage
    {
        public override void Write(string text, bool endsToken) => next.Write(decoder.Replace(text), endsToken);

        public override void End() => next.End();
    }
}

/// <summary>Strips a character from the ends of each token, up to so many times.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : TokenDecoder
{
    private readonly string _content = content.ToString();

    public override DecoderStage Start(DecoderStage next) => new Stage(_content, start, stop, next);

    public override JsonObject ToJson() =>
        new() { ["type"] = "Strip", ["content"] = _content, ["start"] = start, ["stop"] = stop };

    // What may have to be stripped at the end of a token is held back until more of it comes.
    private sealed class Stage(string content, int start, int stop, DecoderStage next) : DecoderStage
    {
        private int _stripped; // at the start of the token; no more once anything else came
        private string _held = "";

        public override void Write(string text, bool endsToken)
        {
            var from = 0;
            for (; _stripped < start && text.AsSpan(from).StartsWith(content, StringComparison.Ordinal); _stripped++)
                from += content.Length;
            if (from < text.Length)
                _stripped = start;
            text = _held + text[from..];
            var to = text.Length;
            for (var i = 0; i < stop && text.AsSpan(0, to).EndsWith(content, StringComparison.Ordinal); i++)
                to -= content.Length;
            _held = endsToken ? "" : text[to..];
            next.Write(text[..to], endsToken);
            if (endsToken)
                _stripped = 0;
        }

        public override void End() => next.End();
    }
}

/// <summary>Turns ▁ back into spaces, but leaves out those of the first token where one was put before the text.</summary>
internal sealed class MetaspaceDecoder(Metaspace options) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(options, next);

    public override JsonObject ToJson() => options.ToJson();

    private sealed class Stage(Metaspace options, DecoderStage next) : DecoderStage
    {
        private readonly string _replacement = options.Replacement.ToString();
        private string _space = options.PrependScheme == Metaspace.Never ? " " : "";

        public override void Write(string text, bool endsToken)
        {
            next.Write(text.Replace(_replacement, _space, StringComparison.Ordinal), endsToken);
            if (endsToken)
                _space = " ";
        }

        public override void End() => next.End();
    }
}
