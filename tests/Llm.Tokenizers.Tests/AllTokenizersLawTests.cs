using System.Buffers;
using System.Globalization;
using System.Text;
using Llm.Testing;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers.Tests;

/// <summary>The laws of <see cref="TokenizerLawTests"/> for every tokenizer at hand: golden folders, encodings, published ones.</summary>
public class AllTokenizersLawTests
{
    private static readonly string[] Published = ["gpt2", "bert-base-uncased", "qwen3", "roberta", "phi-2"];
    private static readonly string[] Groups = ["small", "folders", "truncation-padding", "sentencepiece"];

    private static readonly string[] Texts =
    [
        "", " ", "Call me Ishmael. Some years ago—never mind how long", "  two  spaces \n\n\tand\r\nlines ",
        "naïve café e\u0301 ﬃ İI ıi ǅ ß ΟΔΟΣ",
        "漢字かな交じり文 한국어 ไทย", "🐳👩‍👩‍👧 𝒜𝓑 \u0301\u0327", "a\uD800b \uDC00", "\0\u0085\uFEFF\u200B\u2028",
        "<|endoftext|> <s> </s> [MASK] <mask> ##ing ▁",
        "1234567 3.14 1,000 it's WE'LL x=y+z; <0xE6> Ġ", new string('a', 300), string.Concat(Enumerable.Repeat(" the whale", 40)),
    ];

    public static TheoryData<string> Names =>
    [
        .. Groups.SelectMany(group => Directory.GetDirectories(Golden.Folder(group)).Order(StringComparer.Ordinal)
            .Select(folder => $"{group}/{Path.GetFileName(folder)}")),
        .. ByteLevelBpeTokenizer.EncodingNames.Select(name => $"encoding/{name}"),
        .. Published.Select(name => $"published/{name}"),
    ];

    [Theory, MemberData(nameof(Names))]
    public void Encode_AnyText_IsTheSameInEveryForm(string name)
    {
        var tokenizer = Open(name);
        foreach (var text in Texts)
        {
            foreach (var policy in (SpecialTokenPolicy[])[SpecialTokenPolicy.AsText, SpecialTokenPolicy.Allow])
            {
                var ids = tokenizer.Encode(text, policy);
                var fromBytes = new ArrayBufferWriter<int>();
                tokenizer.Encode(Encoding.UTF8.GetBytes(text), fromBytes, policy);
                Assert.Equal(ids, fromBytes.WrittenSpan.ToArray());
                Assert.Equal(ids.Length, tokenizer.CountTokens(text, policy));
                var tokens = tokenizer.EncodeToTokens(text, policy);
                Assert.Equal(ids, tokens.Select(token => token.Id));
                AssertPlaces(tokenizer, text, tokens);
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Decode_EncodedText_IsTheSameInPiecesAndTheTextIfNothingIsLost(string name)
    {
        var tokenizer = Open(name);
        foreach (var text in Texts)
        {
            var ids = tokenizer.Encode(text);
            var decoded = tokenizer.Decode(ids.AsSpan());
            Assert.Equal(decoded, StreamingDecoderTests.DecodeInPieces(tokenizer, ids));
            if (IsLossless(tokenizer))
                Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), decoded);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void GetIndexByTokenCount_AnyText_LeavesTheTokensBeforeIt(string name)
    {
        var tokenizer = Open(name);
        foreach (var text in Texts)
        {
            var ids = tokenizer.EncodeToIds(text);
            Assert.Equal(ids.Count, tokenizer.CountTokens(text));
            foreach (var max in (int[])[1, 2, 7, ids.Count + 1])
            {
                var index = tokenizer.GetIndexByTokenCount(text, max, out _, out var count);
                Assert.InRange(index, 0, text.Length);
                Assert.InRange(count, 0, Math.Min(max, ids.Count));
                Assert.Equal(ids.Take(count), tokenizer.EncodeToIds(text, max, out _, out var consumed));
                Assert.Equal(index, consumed);
                if (max > ids.Count)
                    Assert.Equal(ids.Count, count);
                index = tokenizer.GetIndexByTokenCountFromEnd(text, max, out _, out count);
                Assert.InRange(index, 0, text.Length);
                Assert.InRange(count, 0, Math.Min(max, ids.Count));
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Save_Loaded_GivesTheSameIds(string name)
    {
        var original = Open(name);
        using var folder = new TemporaryFolder();
        original.Save(folder.Path);

        var loaded = TokenizerFolder.Load(folder.Path);

        Assert.Equal(original.VocabSize, loaded.VocabSize);
        foreach (var text in Texts)
        {
            Assert.Equal(original.Encode(text), loaded.Encode(text));
            var ids = original.EncodeForModel(text, new EncodingOptions { SpecialTokens = SpecialTokenPolicy.Allow }).Ids;
            Assert.Equal(ids, loaded.EncodeForModel(text, new EncodingOptions { SpecialTokens = SpecialTokenPolicy.Allow }).Ids);
            Assert.Equal(original.Decode(ids), loaded.Decode(ids));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Save_TurkishCulture_ChangesNothing(string name)
    {
        Assert.SkipWhen(name.StartsWith("encoding/", StringComparison.Ordinal) && name != "encoding/gpt2", "It is saved as gpt2 is.");
        using TemporaryFolder expected = new(), actual = new();
        var original = Open(name);
        original.Save(expected.Path);
        var ids = Texts.Select(text => original.Encode(text)).ToArray();
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = Turkish();
            var loaded = TokenizerFolder.Load(expected.Path);
            loaded.Save(actual.Path);
            Assert.Equal(ids, Texts.Select(text => loaded.Encode(text)));
            Assert.Equal(ids, Texts.Select(text => original.Encode(text)));
            Assert.Equal(
                Texts.Select(text => original.Decode(original.Encode(text))), Texts.Select(text => loaded.Decode(loaded.Encode(text))));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
        Assert.Equal(expected.Files, actual.Files);
        Assert.All(
            expected.Files, file => Assert.Equal(File.ReadAllBytes(expected.Combine(file)), File.ReadAllBytes(actual.Combine(file))));
    }

    // Upper case of i is İ there, and a comma stands before decimals: also where the runtime has no data of cultures.
    private static CultureInfo Turkish()
    {
        CultureInfo culture;
        try
        {
            culture = new CultureInfo("tr-TR");
        }
        catch (CultureNotFoundException)
        {
            culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        }
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "−";
        return culture;
    }

    private static LlmTokenizer Open(string name) => name.Split('/') switch
    {
        ["encoding", var encoding] => ByteLevelBpeTokenizer.ForEncoding(encoding),
        ["published", var published] => RealTokenizers.Open(published),
        var path => TokenizerFolder.Load(Golden.Folder(path)),
    };

    private static bool IsLossless(LlmTokenizer tokenizer) =>
        tokenizer is ByteLevelBpeTokenizer { Nfc: null, Config.AddsPrefixSpace: false } bytes
        && Enumerable.Range(0, 256).All(value => bytes.TokenToId(ByteSymbols.ToSymbol((byte)value).ToString()) is not null);

    // In order and within the text; without gaps where each token stands for its bytes.
    private static void AssertPlaces(LlmTokenizer tokenizer, string text, IReadOnlyList<EncodedToken> tokens)
    {
        var covered = 0;
        var lastStart = 0;
        foreach (var place in tokens.Select(token => (Start: token.Offset.Start.Value, End: token.Offset.End.Value)))
        {
            if (place.Start == place.End)
                continue; // a token that the normalizer made of nothing
            Assert.InRange(place.Start, lastStart, place.End);
            Assert.InRange(place.End, place.Start, text.Length);
            if (IsLossless(tokenizer))
                Assert.True(place.Start <= covered, $"'{text}' has a gap before {place.Start}.");
            (lastStart, covered) = (place.Start, Math.Max(covered, place.End));
        }
        if (IsLossless(tokenizer))
            Assert.Equal(text.Length, covered);
    }
}
