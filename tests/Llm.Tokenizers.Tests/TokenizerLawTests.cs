using System.Buffers;
using System.Text;
using CsCheck;
using Llm.Testing;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers.Tests;

/// <summary>What holds for every kind of tokenizer.</summary>
public class TokenizerLawTests
{
    // Words that the vocabularies know, words that they do not, and what is easily torn: marks, emoji, spaces, special tokens.
    private static readonly string[] Parts = [
        "Call me Ishmael", " the whale", "whaleboat", "Ahab's", "<mask>", "<s>", "[MASK]", "é", "e\u0301", "🐳", "漢字", "▁", " ", "  ", "\n",
        "\uD800", "0123", "it's", "ﬃ", "İ", "\u0301\u0327", "<0xE6>", "Ġ", "ǅ", "%", "##ing"];

    private static readonly Gen<string> Texts = OneOf(Parts).Array[0, 8].Select(string.Concat);

    public static TheoryData<string> Small => TokenizerGoldenTests.Small;

    [Theory, MemberData(nameof(Small))]
    public void EncodeBatch_ManyTexts_EqualsOneByOne(string name)
    {
        var tokenizer = Open(name);
        var options = new EncodingOptions
        {
            SpecialTokens = SpecialTokenPolicy.Allow,
            Truncation = new TruncationOptions { MaxLength = 9 },
        };

        Texts.Array[0, 20].Sample(
            texts =>
            {
                EncodingInput[] inputs = [.. texts.Select((text, i) => i % 2 == 0 ? (EncodingInput)text : (text, "and the sea"))];
                var together = tokenizer.EncodeBatch(inputs, options);
                Assert.Equal(inputs.Length, together.Length);
                for (var i = 0; i < inputs.Length; i++)
                    AssertSame(tokenizer.EncodeForModel(inputs[i], options), together[i]);
            },
            iter: 20);
    }

    [Theory, MemberData(nameof(Small))]
    public void Append_AnyIds_TogetherGiveTheWholeAtEverySplit(string name)
    {
        var tokenizer = Open(name);
        int[] known = [.. Enumerable.Range(0, tokenizer.VocabSize).Where(id => tokenizer.IdToToken(id) is not null)];

        Gen.Select(OneOf(known).Array[0, 12], Gen.Bool).Sample(
            (ids, skips) =>
            {
                for (var end = 0; end <= ids.Length; end++)
                {
                    var pieces = StreamingDecoderTests.DecodeInPieces(tokenizer, ids[..end], skips);
                    Assert.Equal(tokenizer.Decode(ids.AsSpan(0, end), skips), pieces);
                }
            },
            iter: 50);
    }

    [Theory, MemberData(nameof(Small))]
    public void Append_AnyIds_NeverSplitsACharacter(string name)
    {
        var tokenizer = Open(name);

        Texts.Sample(
            text =>
            {
                var decoder = new StreamingDecoder(tokenizer);
                foreach (var id in tokenizer.Encode(text))
                    AssertWhole(decoder.Append(id));
                AssertWhole(decoder.Flush());
            },
            iter: 50);
    }

    [Theory, MemberData(nameof(Small))]
    public void Decode_IntoSpan_GivesAPrefixThatFits(string name)
    {
        var tokenizer = Open(name);
        Texts.Sample(
            text =>
            {
                var ids = tokenizer.Encode(text);
                var whole = tokenizer.Decode(ids.AsSpan());
                var destination = new char[whole.Length];
                for (var length = 0; length <= whole.Length; length++)
                {
                    var status = tokenizer.Decode(ids, destination.AsSpan(0, length), out var consumed, out var written);
                    Assert.Equal(length == whole.Length ? OperationStatus.Done : OperationStatus.DestinationTooSmall, status);
                    Assert.StartsWith(new string(destination, 0, written), whole, StringComparison.Ordinal);
                    Assert.InRange(consumed, 0, ids.Length);
                }
            },
            iter: 30);
    }

    [Theory, MemberData(nameof(Small))]
    public void Save_Loaded_GivesTheSameEncodings(string name)
    {
        var original = Open(name);
        using var folder = new TemporaryFolder();
        original.Save(folder.Path);

        var loaded = TokenizerFolder.Load(folder.Path);

        Assert.IsType(original.GetType(), loaded);
        Assert.Equal(original.AddedTokens.OrderBy(token => token.Id), loaded.AddedTokens);
        Assert.Equal(original.Vocabulary, loaded.Vocabulary);
        foreach (var golden in Golden.Cases(Golden.Folder("small", name, "cases.json")).Where(golden => !golden.Has("quirk")))
            EncodingGolden.AssertEncodes(loaded, golden);
    }

    [Theory]
    [InlineData("bytelevel-bpe"), InlineData("split-cl100k"), InlineData("split-o200k-ignore-merges"), InlineData("roberta-processing")]
    [InlineData("llama-bpe-byte-fallback")]
    public void Decode_EncodedText_IsTheText(string name)
    {
        var tokenizer = Open(name);
        // The prefix that Llama's normalizer writes goes when decoding, and ▁ is a space to it.
        var texts = name.StartsWith("llama") ? Texts.Select(text => text.Replace('▁', '_')) : Texts;

        texts.Sample(text => Assert.Equal(WellFormed(text), tokenizer.Decode(tokenizer.Encode(text).AsSpan())), iter: 200);
    }

    [Theory, MemberData(nameof(Small))]
    public void Encode_Utf8OrBuffer_GivesTheSameIds(string name)
    {
        var tokenizer = Open(name);
        foreach (var policy in (SpecialTokenPolicy[])[SpecialTokenPolicy.AsText, SpecialTokenPolicy.Allow])
        {
            Texts.Sample(
                text =>
                {
                    var ids = tokenizer.Encode(text, policy);
                    var (fromText, fromBytes) = (new ArrayBufferWriter<int>(), new ArrayBufferWriter<int>());
                    tokenizer.Encode(text, fromText, policy);
                    tokenizer.Encode(Encoding.UTF8.GetBytes(text), fromBytes, policy);
                    Assert.Equal(ids, fromText.WrittenSpan.ToArray());
                    Assert.Equal(ids, fromBytes.WrittenSpan.ToArray());
                    Assert.Equal(ids.Length, tokenizer.CountTokens(text, policy));
                    Assert.Equal(ids, tokenizer.EncodeToTokens(text, policy).Select(token => token.Id));
                },
                iter: 30);
        }
    }

    [Theory, MemberData(nameof(Small))]
    public void GetIndexByTokenCount_AnyCount_CutsBetweenWholeTokens(string name)
    {
        var tokenizer = Open(name);
        Texts.Sample(
            text =>
            {
                var tokens = tokenizer.EncodeToTokens(text, SpecialTokenPolicy.AsText);
                for (var max = 1; max <= tokens.Count + 1; max++)
                {
                    var index = tokenizer.GetIndexByTokenCount(text, max, out _, out var count);
                    Assert.InRange(count, 0, max);
                    AssertCut(tokens.Take(count), tokens.Skip(count), index);
                    Assert.Equal(tokens.Take(count).Select(token => token.Id), tokenizer.EncodeToIds(text, max, out _, out _));
                    index = tokenizer.GetIndexByTokenCountFromEnd(text, max, out _, out count);
                    Assert.InRange(count, 0, max);
                    AssertCut(tokens.Take(tokens.Count - count), tokens.Skip(tokens.Count - count), index);
                }
            },
            iter: 30);
    }

    [Theory, MemberData(nameof(Small))]
    public void Vocabulary_EveryToken_LeadsToItsIdAndBack(string name)
    {
        var tokenizer = Open(name);

        Assert.All(tokenizer.Vocabulary, token => Assert.Equal(token.Key, tokenizer.IdToToken(token.Value)));
        Assert.All(tokenizer.Vocabulary, token => Assert.Equal(token.Value, tokenizer.TokenToId(token.Key)));
        Assert.Equal(tokenizer.VocabSize, tokenizer.Vocabulary.Values.Max() + 1);
        Assert.Null(tokenizer.IdToToken(-1));
        Assert.Null(tokenizer.IdToToken(tokenizer.VocabSize));
        Assert.Null(tokenizer.TokenToId("no such token"));
        var error = Assert.Throws<ArgumentException>(() => tokenizer.Decode([0, tokenizer.VocabSize]));
        Assert.Contains($"{tokenizer.VocabSize} at index 1 has no token", error.Message);
    }

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static LlmTokenizer Open(string name) => TokenizerFolder.Load(Golden.Folder("small", name));

    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static void AssertWhole(string piece) => Assert.Equal(WellFormed(piece), piece);

    // No token reaches over the cut, but for those of characters that a normalizer left without a place.
    private static void AssertCut(IEnumerable<EncodedToken> before, IEnumerable<EncodedToken> after, int index)
    {
        Assert.All(before.Where(HasPlace), token => Assert.InRange(token.Offset.End.Value, 0, index));
        Assert.All(after.Where(HasPlace), token => Assert.InRange(token.Offset.Start.Value, index, int.MaxValue));
    }

    private static bool HasPlace(EncodedToken token) => !token.Offset.Start.Equals(token.Offset.End);

    private static void AssertSame(TokenEncoding expected, TokenEncoding actual)
    {
        Assert.Equal(expected.Ids, actual.Ids);
        Assert.Equal(expected.Tokens, actual.Tokens);
        Assert.Equal(expected.Offsets, actual.Offsets);
        Assert.Equal(expected.WordIds, actual.WordIds);
        Assert.Equal(expected.SequenceIds, actual.SequenceIds);
        Assert.Equal(expected.TypeIds, actual.TypeIds);
        Assert.Equal(expected.AttentionMask, actual.AttentionMask);
        Assert.Equal(expected.SpecialTokensMask, actual.SpecialTokensMask);
        Assert.Equal(expected.Overflowing.Count, actual.Overflowing.Count);
        foreach (var (window, other) in expected.Overflowing.Zip(actual.Overflowing))
            AssertSame(window, other);
    }
}
