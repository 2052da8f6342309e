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

    public override List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
            bytes.AddRange(ByteSymbols.ToBytes(token));
        return [Encoding.UTF8.GetString([.. bytes])];
    }

    // The decoder carries the settings of the pre-tokenizer, which mean nothing to it.
    public override JsonObject ToJson() => ByteLevelPreTokenizer.ToJson(addsPrefixSpace, trimsOffsets, usesRegex);
}

/// <summary>Joins runs of tokens like &lt;0xE6&gt;; a run that is no UTF-8 becomes one U+FFFD for each byte.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            if (ToByte(token) is { } value)
            {
                run.Add(value);
                continue;
            }
            Flush(run, decoded);
            decoded.Add(token);
        }
        Flush(run, decoded);
        return decoded;
    }

    public override JsonObject ToJson() => new() { ["type"] = "ByteFallback" };

    // Rust reads a plus sign as part of the number, and so do we.
    private static byte? ToByte(string token)
    {
        if (token is not ['<', '0', 'x', _, _, '>'])
            return null;
        var digits = token[3] == '+' ? token.AsSpan(4, 1) : token.AsSpan(3, 2);
        return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private static void Flush(List<byte> run, List<string> decoded)
    {
        if (run.Count == 0)
            return;
        byte[] bytes = [.. run];
        if (Utf8.IsValid(bytes))
            decoded.Add(Encoding.UTF8.GetString(bytes));
        else
            decoded.AddRange(Enumerable.Repeat("\uFFFD", bytes.Length));
        run.Clear();
    }
}
