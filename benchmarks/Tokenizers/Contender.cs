using System.Buffers;
using System.Globalization;
using System.Text;
using Llm.Tokenizers;
using Microsoft.ML.Tokenizers;
using SharpToken;

namespace Llm.Benchmarks;

/// <summary>A tokenizer that takes part.</summary>
/// <param name="Name">Library and version.</param>
/// <param name="Create">Makes a new one, whose caches are empty.</param>
internal sealed record Contender(string Name, Func<Contender.Tokenizer> Create)
{
    /// <summary>What is measured.</summary>
    internal sealed record Tokenizer(Func<string, IReadOnlyList<int>> Encode, Func<IReadOnlyList<int>, string> Decode);

    /// <summary>Ours, and the peers that know the encoding.</summary>
    public static Contender[] For(string encoding)
    {
        var (shared, pattern) = encoding switch
        {
            "r50k_base" => (ByteLevelBpeTokenizer.Gpt2(), SplitPattern.Gpt2),
            "cl100k_base" => (ByteLevelBpeTokenizer.Cl100k(), SplitPattern.Cl100k),
            "o200k_base" => (ByteLevelBpeTokenizer.O200k(), SplitPattern.O200k),
            _ => throw new ArgumentException($"{encoding} is not known. Known: r50k_base, cl100k_base, o200k_base."),
        };
        var ranks = RanksOf(shared);
        return
        [
            new("Llm", () => Ours(ByteLevelBpeTokenizer.FromRanks(new MemoryStream(ranks), pattern))),
            new("Microsoft.ML.Tokenizers 2.0.1", () => Microsofts(encoding, ranks)),
            new("SharpToken 2.0.6", () => SharpTokens(GptEncoding.GetEncoding(encoding))),
        ];
    }

    private static Tokenizer Ours(ByteLevelBpeTokenizer tokenizer) =>
        new(text => tokenizer.Encode(text), ids => tokenizer.Decode((int[])ids));

    private static Tokenizer Microsofts(string encoding, byte[] ranks)
    {
        var tokenizer = encoding == "r50k_base"
            ? TiktokenTokenizer.Create(new MemoryStream(ranks), new RegexPreTokenizer(new(SplitPattern.Gpt2.Regex!), null), null)
            : TiktokenTokenizer.CreateForEncoding(encoding);
        return new(text => tokenizer.EncodeToIds(text), ids => tokenizer.Decode(ids));
    }

    private static Tokenizer SharpTokens(GptEncoding encoding) =>
        new(text => encoding.Encode(text, new HashSet<string>(), new HashSet<string>()), ids => encoding.Decode(ids));

    private static byte[] RanksOf(ByteLevelBpeTokenizer tokenizer)
    {
        var special = tokenizer.AddedTokens.Select(token => token.Id).ToHashSet();
        var lines = new StringBuilder();
        for (var id = 0; id < tokenizer.VocabSize; id++)
        {
            var bytes = new ArrayBufferWriter<byte>();
            if (special.Contains(id) || tokenizer.IdToToken(id) is null)
                continue;
            tokenizer.Decode([id], bytes);
            lines.Append(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(bytes.WrittenSpan)} {id}\n");
        }
        return Encoding.ASCII.GetBytes(lines.ToString());
    }
}
