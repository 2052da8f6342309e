using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Llm.Tokenizers;

/// <summary>Joins the bytes that byte symbols spell; what is no UTF-8 becomes U+FFFD.</summary>
internal sealed class ByteLevelDecoder(bool addsPrefixSpace, bool trimsOffsets, bool usesRegex) : TokenDecoder
{
    public static new ByteLevelDecoder Read(JsonElement section) =>
        new(section.Flag("add_prefix_space"), section.Flag("trim_offsets"), section.Flag("use_regex", ifMissing: true));

    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    // The decoder carries the settings of the pre-tokenizer, which mean nothing to it.
    public override JsonObject ToJson() => ByteLevelPreTokenizer.ToJson(addsPrefixSpace, trimsOffsets, usesRegex);

    private sealed class Stage(DecoderStage next) : TokenStage(next)
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

        public override void End()
        {
            Next.Write(Take([], isLast: true), endsToken: true);
            base.End();
        }

        protected override void WriteToken(string token) => Next.Write(Take(ByteSymbols.ToBytes(token), isLast: false), endsToken: false);

        private string Take(ReadOnlySpan<byte> bytes, bool isLast)
        {
            var text = new char[_decoder.GetCharCount(bytes, isLast)];
            return new string(text, 0, _decoder.GetChars(bytes, text, isLast));
        }
    }
}

/// <summary>
/// Joins runs of tokens like &lt;0xE6&gt;; a run that is no UTF-8 becomes one U+FFFD for each byte, so that nothing of a run is known
/// before its end.
/// </summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    public override JsonObject ToJson() => new() { ["type"] = "ByteFallback" };

    // Rust reads a plus sign as part of the number, and so do we.
    private static byte? ToByte(string token)
    {
        if (token is not ['<', '0', 'x', _, _, '>'])
            return null;
        var digits = token[3] == '+' ? token.AsSpan(4, 1) : token.AsSpan(3, 2);
        return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private sealed class Stage(DecoderStage next) : TokenStage(next)
    {
        private readonly List<byte> _run = [];

        public override void End()
        {
            Flush();
            base.End();
        }

        protected override void WriteToken(string token)
        {
            if (ToByte(token) is { } value)
            {
                _run.Add(value);
                return;
            }
            Flush();
            Next.Write(token, endsToken: true);
        }

        private void Flush()
        {
            if (_run.Count == 0)
                return;
            byte[] bytes = [.. _run];
            _run.Clear();
            if (Utf8.IsValid(bytes))
            {
                Next.Write(Encoding.UTF8.GetString(bytes), endsToken: true);
                return;
            }
            foreach (var _ in bytes)
                Next.Write("\uFFFD", endsToken: true);
        }
    }
}
