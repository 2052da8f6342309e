using System.Buffers;
using System.Diagnostics;
using System.Text;
using CsCheck;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers.Tests;

public class ByteLevelBpeTests
{
    private static readonly ByteLevelBpeTokenizer Gpt2 = ByteLevelBpeTokenizer.Gpt2();
    private static readonly ByteLevelBpeTokenizer Cl100k = ByteLevelBpeTokenizer.Cl100k();

    // What split patterns treat specially: every kind of space, letters and digits beyond 16 bits, marks, joiners, halves of surrogate
    // pairs.
    private static readonly string[] Atoms =
    [
        "a", "Z", "'s", "'LL", "'\u017F", "é", "e\u0301", "ß", "漢", "한", "ا", "1", "٣", "Ⅷ", "½", "!", "—", " ", "  ", "\t", "\n", "\r\n",
        "\u0085", "\u00A0", "\u1680", "\u180E", "\u2028", "\u3000", "\u200B", "\uFEFF", "\u200D", "\0", "\u001C", "𝐀", "𠀀", "𝟘", "🚀",
        "👨\u200D👩", "\uD83D", "\uDE80", "<|endoftext|>",
    ];

    private static readonly Gen<string> Parts = Gen.Frequency(
        (3, Gen.Int[0, Atoms.Length - 1].Select(i => Atoms[i])), (1, Gen.String[0, 4]));

    private static readonly Gen<string> Texts = Parts.Array[0, 12].Select(string.Concat);

    public static TheoryData<string> Encodings => ["gpt2", "cl100k"];

    internal static int IdOfByte(LlmTokenizer tokenizer, byte value) => tokenizer.TokenToId($"{ByteSymbols.ToSymbol(value)}")!.Value;

    private static ByteLevelBpeTokenizer Named(string encoding) => encoding == "gpt2" ? Gpt2 : Cl100k;

    [Theory]
    [InlineData("Transformers are amazing because", new[] { 41762, 364, 389, 4998, 780 })] // row 6
    [InlineData("SpaceX unveils a new methodology", new[] { 14106, 55, 13581, 4487, 257, 649, 20411 })] // row 1
    [InlineData("The strawberry mojito was unbelievably delightful", new[] { 464, 41236, 6941, 73, 10094, 373, 48943, 32327 })] // row 12
    [InlineData("Unbelievable tokenization powers! 🚀", new[] { 3118, 6667, 11203, 540, 11241, 1634, 5635, 0, 12520, 248, 222 })] // row 13
    [InlineData("The 🌟 star-player scored 40 points!", new[] { 464, 12520, 234, 253, 3491, 12, 7829, 7781, 2319, 2173, 0 })] // row 14
    [InlineData("Hello my name", new[] { 15496, 616, 1438 })] // row 16
    [InlineData("The quick brown fox jumps over the lazy dog", new[] { 464, 2068, 7586, 21831, 18045, 625, 262, 16931, 3290 })] // row 20
    [InlineData("The cat sat.", new[] { 464, 3797, 3332, 13 })] // row 21
    [InlineData("unfortunately", new[] { 403, 6668 })]
    [InlineData("unbelievable", new[] { 403, 6667, 11203, 540 })]
    [InlineData("hello world", new[] { 31373, 995 })]
    [InlineData("<|endoftext|>", new[] { 27, 91, 437, 1659, 5239, 91, 29 })]
    public void Gpt2_ReferenceRows_GivesTheirIds(string text, int[] ids)
    {
        Assert.Equal(ids, Gpt2.Encode(text));
        Assert.Equal(ids, Gpt2.EncodeToIds(text));
        Assert.Equal(text, Gpt2.Decode(ids));
    }

    [Theory]
    [InlineData("The 🌟 star-player scored 40 points!", new[] { 791, 11410, 234, 253, 6917, 43467, 16957, 220, 1272, 3585, 0 })] // row 14
    [InlineData("The quick brown fox jumps over the lazy dog", new[] { 791, 4062, 14198, 39935, 35308, 927, 279, 16053, 5679 })] // row 20
    [InlineData("hello123!!!? (안녕하세요!) 😉", new[] { 15339, 4513, 12340, 30, 320, 31495, 230, 75265, 243, 92245, 16715, 57037 })]
    public void Cl100k_ReferenceRows_GivesTheirIds(string text, int[] ids)
    {
        Assert.Equal(ids, Cl100k.Encode(text));
        Assert.Equal(text, Cl100k.Decode(ids));
    }

    [Fact]
    public void VocabSize_KnownEncodings_IsOneMoreThanTheLargestId()
    {
        Assert.Equal(50257, Gpt2.VocabSize); // row 4
        Assert.Equal(100277, Cl100k.VocabSize); // row 20
        Assert.Equal(50256, Gpt2.EndOfTextId);
        Assert.Equal(100257, Cl100k.EndOfTextId);
        Assert.Null(Cl100k.IdToToken(100256));
    }

    [Fact]
    public void IdToToken_ReferenceRows_GivesTheRawForm()
    {
        Assert.Equal(
            ["Transform", "ers", "Ġare", "Ġamazing", "Ġbecause"],
            Gpt2.Encode("Transformers are amazing because").Select(Gpt2.IdToToken)); // row 6
        Assert.Equal(["ĠðŁ", "ļ", "Ģ"], Gpt2.Encode("powers! 🚀")[^3..].Select(Gpt2.IdToToken)); // row 13
        Assert.Equal(" are", Gpt2.Decode([389])); // row 3
        Assert.Equal([" �", "�", "�"], new[] { 12520, 234, 253 }.Select(id => Gpt2.Decode([id]))); // row 14
        Assert.Equal("<|endoftext|>", Gpt2.IdToToken(50256));
        Assert.Null(Gpt2.IdToToken(-1));
        Assert.Null(Gpt2.IdToToken(50257));
    }

    [Fact]
    public void TokenToId_EveryToken_IsTheInverse()
    {
        Assert.All(Enumerable.Range(0, Gpt2.VocabSize), id => Assert.Equal(id, Gpt2.TokenToId(Gpt2.IdToToken(id)!)));
        Assert.Null(Gpt2.TokenToId("no such token"));
    }

    [Theory, MemberData(nameof(Encodings))]
    public void Decode_OfEncodedText_IsTheText(string encoding) => Texts.Sample(text =>
    {
        var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)); // unpaired surrogates become U+FFFD
        Assert.Equal(wellFormed, Named(encoding).Decode(Named(encoding).Encode(text)));
        Assert.Equal(wellFormed, Named(encoding).Decode(Named(encoding).Encode(text, SpecialTokenPolicy.Allow)));
    });

    [Fact]
    public void Decode_IdsOfEveryByteSequence_GivesTheBytesBack() => Gen.Byte.Array[0, 20].Sample(bytes =>
    {
        var decoded = new ArrayBufferWriter<byte>();
        Gpt2.Decode(bytes.Select(value => IdOfByte(Gpt2, value)).ToArray(), decoded);
        Assert.Equal(bytes, decoded.WrittenSpan.ToArray());
    });

    [Theory, MemberData(nameof(Encodings))]
    public void EveryWayToEncode_AnyText_Agrees(string encoding) => Texts.Sample(text =>
    {
        var tokenizer = Named(encoding);
        var ids = tokenizer.Encode(text);
        var buffer = new ArrayBufferWriter<int>();
        tokenizer.Encode(text, buffer);
        var tokens = tokenizer.EncodeToTokens(text, out _);

        Assert.Equal(ids, buffer.WrittenSpan.ToArray());
        Assert.Equal(ids, tokenizer.EncodeToIds(text));
        Assert.Equal(ids.Length, tokenizer.CountTokens(text));
        Assert.Equal(ids, tokens.Select(token => token.Id));
        Assert.Equal(ids.Select(tokenizer.IdToToken), tokens.Select(token => token.Value));
        AssertPlacesCover(text, tokens);
    });

    [Theory, MemberData(nameof(Encodings))]
    public void EncodeToIds_LimitedCount_KeepsWholeCharacters(string encoding) => Gen.Select(Texts, Gen.Int[1, 12]).Sample((text, limit) =>
    {
        var tokenizer = Named(encoding);
        var all = tokenizer.Encode(text);

        var ids = tokenizer.EncodeToIds(text, limit, out _, out var consumed);
        var atStart = tokenizer.GetIndexByTokenCount(text, limit, out _, out var startCount);
        var atEnd = tokenizer.GetIndexByTokenCountFromEnd(text, limit, out _, out var endCount);

        Assert.True(ids.Count <= limit && endCount <= limit);
        Assert.Equal((ids.Count, consumed), (startCount, atStart));
        Assert.Equal(all[..ids.Count], ids);
        Assert.Equal(Decoded(tokenizer, text[..consumed]), tokenizer.Decode(ids));
        Assert.Equal(Decoded(tokenizer, text[atEnd..]), tokenizer.Decode(all.AsSpan()[^endCount..]));
        Assert.Equal(ids.Count, tokenizer.CountTokens(text[..consumed]) <= limit ? ids.Count : -1);
    });

    [Theory, MemberData(nameof(Encodings))]
    public void Decode_IntoAnySpan_WritesWhatFitsInWholeCharacters(string encoding) =>
        Gen.Select(Texts, Gen.Int[0, 12]).Sample((text, room) =>
        {
            var tokenizer = Named(encoding);
            var ids = tokenizer.Encode(text);
            var whole = tokenizer.Decode(ids);
            var destination = new char[room];

            var status = tokenizer.Decode(ids, destination, out var consumed, out var written);

            Assert.Equal(whole.Length <= room ? OperationStatus.Done : OperationStatus.DestinationTooSmall, status);
            Assert.Equal(whole[..written], new string(destination, 0, written));
            Assert.Equal(tokenizer.Decode(ids.AsSpan()[..consumed]), whole[..written]);
            Assert.Equal(whole.Length <= room, consumed == ids.Length);
        });

    [Fact]
    public void Decode_IdWithoutToken_NamesIdIndexAndRange()
    {
        Assert.StartsWith(
            "The id 50257 at index 1 has no token. The ids of this tokenizer are 0 to 50256.",
            Assert.Throws<ArgumentException>(() => Gpt2.Decode([464, 50257])).Message);
        Assert.Throws<ArgumentException>(() => Gpt2.Decode([-1]));
        Assert.Throws<ArgumentException>(() => Cl100k.Decode([100256]));
        Assert.Throws<ArgumentException>(() => Gpt2.Decode(new List<int> { 464, 99999 }));
        Assert.Equal(OperationStatus.InvalidData, Gpt2.Decode([464, 50257], new char[9], out var consumed, out var written));
        Assert.Equal((1, 3), (consumed, written));
    }

    [Fact]
    public void Encode_SpecialTokenInText_FollowsThePolicy()
    {
        const string Text = "one<|endoftext|>two<|endofprompt|>";
        int[] asText = [.. Cl100k.Encode("one<|endoftext|>"), .. Cl100k.Encode("two<|endofprompt|>")];

        Assert.Equal(asText, Cl100k.Encode(Text));
        Assert.Equal(Cl100k.Encode(Text), Cl100k.Encode(Text, SpecialTokenPolicy.AsText));
        Assert.Equal([606, 100257, 20375, 100276], Cl100k.Encode(Text, SpecialTokenPolicy.Allow));
        Assert.Equal(
            [606, 100257, .. Cl100k.Encode("two<|endofprompt|>")],
            Cl100k.Encode(Text, SpecialTokenPolicy.AllowOnly("<|endoftext|>")));
        var error = Assert.Throws<ArgumentException>(() => Cl100k.Encode(Text, SpecialTokenPolicy.Throw));
        Assert.Contains("The text holds the special token <|endoftext|> at index 3.", error.Message);
        Assert.Equal("onetwo", Cl100k.Decode([606, 100257, 20375, 100276], skipSpecialTokens: true));
    }

    [Fact]
    public void Encode_UnpairedSurrogates_CountAsReplacementCharacters()
    {
        Assert.Equal(Gpt2.Encode("a\uFFFDb"), Gpt2.Encode("a\uD83Db"));
        Assert.Equal(Gpt2.Encode("\uFFFD\uFFFD"), Gpt2.Encode("\uDE80\uD83D"));
        Assert.Equal(Gpt2.Encode("🚀"), Gpt2.Encode("\uD83D\uDE80"));
    }

    [Fact]
    public void Encode_Reused_AllocatesNothing()
    {
        var text = string.Concat(Enumerable.Repeat("The strawberry mojito was unbelievably delightful 🚀. ", 50));
        var ids = new ArrayBufferWriter<int>(4096);
        Gpt2.Encode(text, ids);
        ids.ResetWrittenCount();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Gpt2.Encode(text, ids);
        Gpt2.CountTokens(text);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Encode_ManyThreads_GiveTheSameIds()
    {
        static string TextFrom(int start) => string.Concat(Enumerable.Range(start, 40).Select(i => Atoms[i * 7 % Atoms.Length]));
        var texts = Enumerable.Range(0, 200).Select(TextFrom).ToArray();
        var expected = texts.Select(text => Cl100k.Encode(text)).ToArray();

        var actual = texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(text => Cl100k.Encode(text)).ToArray();

        Assert.Equal(expected, actual);
    }

    // One piece of a million bytes: tokenizers that take quadratic time need minutes for it, 30,000 times as long as for words.
    [Theory]
    [InlineData("gpt2", "a", 1_000_000), InlineData("gpt2", " ", 1_000_000)]
    [InlineData("gpt2", "漢", 300_000), InlineData("gpt2", "!", 1_000_000)]
    [InlineData("cl100k", "a", 1_000_000), InlineData("cl100k", " ", 1_000_000)]
    [InlineData("cl100k", "漢", 300_000), InlineData("cl100k", "\n", 1_000_000)]
    public void Encode_LongRun_TakesNearlyLinearTime(string encoding, string unit, int count) =>
        AssertNearlyLinear(Named(encoding), string.Concat(Enumerable.Repeat(unit, count)));

    [Theory, MemberData(nameof(Encodings))]
    public void Encode_LongRandomWord_TakesNearlyLinearTime(string encoding)
    {
        var random = new Random(1);
        AssertNearlyLinear(Named(encoding), new string([.. Enumerable.Range(0, 200_000).Select(_ => (char)('a' + random.Next(26)))]));
    }

    private static void AssertNearlyLinear(ByteLevelBpeTokenizer tokenizer, string text)
    {
        var words = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", text.Length / 45));
        var (ordinary, onePiece) = (Fastest(() => tokenizer.Encode(words)), Fastest(() => tokenizer.Encode(text)));

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.True(onePiece < 3000 * ordinary, $"{text.Length} characters took {onePiece} in one piece, {ordinary} in words.");
    }

    [Fact]
    public void Constructor_ContradictingParts_SaysWhere()
    {
        var vocabulary = new Dictionary<string, int> { ["a"] = 0, ["b"] = 1, ["ab"] = 2 };

        var error = Assert.Throws<ArgumentException>(() => new ByteLevelBpeTokenizer(vocabulary, [("b", "a")]));
        Assert.Contains("needs the token 'ba'", error.Message);
        Assert.Contains("'c' has the id -1", Fails(new(vocabulary) { ["c"] = -1 }, []));
        Assert.Contains("which another token has as well", Fails(new(vocabulary) { ["c"] = 2 }, []));
        Assert.Contains("'x' has the id 1, which contradicts", Fails(vocabulary, [new AddedToken("x", 1)]));
        Assert.Contains("'ab' has the id 3, which contradicts", Fails(vocabulary, [new AddedToken("ab", 3)]));

        static string Fails(Dictionary<string, int> vocabulary, AddedToken[] added) => Assert.Throws<ArgumentException>(
            () => new ByteLevelBpeTokenizer(vocabulary, [("a", "b")], new ByteLevelBpeConfig { AddedTokens = added })).Message;
    }

    [Fact]
    public void FromRanks_BadFile_SaysWhatIsWrong()
    {
        Assert.Contains("no token for the byte 0x00", Fails("YQ== 0\n"));
        Assert.Contains("'YQ==' in the rank file is not", Fails("YQ==\n"));
        Assert.Contains("'?? 1' in the rank file is not", Fails("?? 1\n"));
        Assert.Contains("'YQ== -1' in the rank file is not", Fails("YQ== -1\n"));
        Assert.Contains("'Yg== 0' in the rank file repeats", Fails("YQ== 0\nYg== 0\n"));

        static string Fails(string file) => Assert.Throws<InvalidDataException>(
            () => ByteLevelBpeTokenizer.FromRanks(new MemoryStream(Encoding.ASCII.GetBytes(file)), SplitPattern.Gpt2)).Message;
    }

    private static string Decoded(LlmTokenizer tokenizer, string text) => tokenizer.Decode(tokenizer.Encode(text));

    private static TimeSpan Fastest(Action action)
    {
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            action();
            fastest = watch.Elapsed < fastest ? watch.Elapsed : fastest;
        }
        return fastest;
    }

    private static void AssertPlacesCover(string text, IReadOnlyList<EncodedToken> tokens)
    {
        var covered = 0;
        foreach (var token in tokens)
        {
            Assert.InRange(token.Offset.Start.Value, 0, covered);
            Assert.True(token.Offset.End.Value > token.Offset.Start.Value);
            covered = Math.Max(covered, token.Offset.End.Value);
        }
        Assert.Equal(text.Length, covered);
    }
}
