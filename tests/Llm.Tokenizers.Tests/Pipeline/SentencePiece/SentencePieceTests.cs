namespace Llm.Tokenizers.Tests;

public class SentencePieceTests
{
    private const int SpaceIsSuffix = 24;
    private const int FallsBackToBytes = 35;

    [Fact]
    public void Encode_BpeOfEqualScores_JoinsTheLeftmost()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Bpe).Piece("ab", -1).Piece("bc", -1).Piece("a", -2).Piece("b", -2).Piece("c", -2);

        Assert.Equal("ab|c", Cut(file, "abc"));
        Assert.Equal("bc|ab|c", Cut(file, "bcabc"));
    }

    [Fact]
    public void Encode_BpeWithUnusedPiece_TakesItApartAgain()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Bpe).Piece("a", -5).Piece("b", -5).Piece("c", -5)
            .Piece("ab", -1, PieceType.Unused).Piece("abc", -2, PieceType.Unused).Piece("abca", -3);

        Assert.Equal("abca", Cut(file, "abca"));
        Assert.Equal("a|b|c", Cut(file, "abc"));
        Assert.Equal("a|b", Cut(file, "ab"));
    }

    [Fact]
    public void Encode_BpeOfCharactersThatAreNoPieces_JoinsThemAsWell()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Bpe).Piece("xy", -1).Piece("xyz", -2);

        Assert.Equal("xyz|<unk>", Cut(file, "xyzzq"));
    }

    [Fact]
    public void Encode_UserDefinedPiece_StaysWhole()
    {
        foreach (var algorithm in (PieceAlgorithm[])[PieceAlgorithm.Bpe, PieceAlgorithm.Char])
        {
            var file = ProtoFile.Start(algorithm).Piece("a", -1).Piece("b", -1).Piece("ab", -0.5f)
                .Piece("ba", 0, PieceType.UserDefined).Piece("bab", 0, PieceType.UserDefined);

            Assert.Equal("a|bab|ba", Cut(file, "ababba"));
        }
    }

    [Fact]
    public void Encode_Words_StartWithTheirSpace()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Word).Piece("▁the", -1).Piece("▁", -2).Piece("whale", -3);

        Assert.Equal("whale|▁the|▁|▁|▁the|<unk>", Cut(file, "whale the   the sea shell"));
    }

    [Fact]
    public void Encode_Characters_AreOnePieceEach()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Char).Piece("a", -1).Piece("😀", -2).Piece("▁", -3);

        Assert.Equal("a|😀|▁|<unk>", Cut(file, "a😀 xy"));
    }

    [Fact]
    public void Encode_UnusedUnigram_IsNeverTaken()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Unigram).Piece("a", -9).Piece("aa", -1, PieceType.Unused);

        Assert.Equal("a|a", Cut(file, "aa"));
    }

    [Fact]
    public void Encode_UnknownPiecesThatTouch_AreOne()
    {
        var parts = SentencePieceParts.Read(ProtoFile.Start(PieceAlgorithm.Unigram).Piece("a", -1).Bytes);

        Assert.Equal([new ModelToken(0, 0, 3), new ModelToken(1, 3, 1), new ModelToken(0, 4, 1)], parts.Model.Encode("x😀ay"));
    }

    [Fact]
    public void Decode_AnyCodePoint_GivesItBackThroughBytes()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Bpe, (FallsBackToBytes, 1));
        for (var value = 0; value < 256; value++)
            file.Piece($"<0x{value:X2}>", 0, PieceType.Byte);
        var parts = SentencePieceParts.Read(file.Bytes);
        var random = new Random(3);

        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => RandomCharacter(random)));
            var normalized = parts.Normalizer.Apply(new AlignedText(text)).Text;
            List<string> tokens = [.. parts.Model.Tokens(normalized).Select(token => token!)];
            Assert.All(tokens, token => Assert.NotNull(ByteFallback.ByteOf(token)));
            Assert.Equal(text, string.Concat(parts.Decoder.Decode(tokens)).Replace('▁', ' '));
        }
    }

    [Fact]
    public void Apply_SpacesAreSuffixes_AddsTheSpaceBehind()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Unigram, (SpaceIsSuffix, 1)).Message(3, ProtoFile.Number(3, 1)).Piece("a", -1);
        var normalizer = SentencePieceParts.Read(file.Bytes).Normalizer;

        var text = normalizer.Apply(new AlignedText("a b"));

        Assert.Equal("a▁b▁", text.Text);
        Assert.Equal(3..3, text.PlaceOf(3, 1));
    }

    [Fact]
    public void Apply_ExtraSpaces_AreRemovedOnlyOnRequest()
    {
        var kept = SentencePieceParts.Read(ProtoFile.Start(PieceAlgorithm.Unigram).Bytes).Normalizer;
        var removed = SentencePieceParts.Read(
            ProtoFile.Start(PieceAlgorithm.Unigram).Message(3, ProtoFile.Number(4, 1)).Bytes).Normalizer;
        var escaped = SentencePieceParts.Read(
            ProtoFile.Start(PieceAlgorithm.Unigram).Message(3, ProtoFile.Number(5, 0)).Bytes).Normalizer;

        Assert.Equal("▁▁a▁▁▁b▁", kept.Apply(new AlignedText("  a   b ")).Text);
        Assert.Equal("a▁b", removed.Apply(new AlignedText("  a   b ")).Text);
        Assert.Equal("", removed.Apply(new AlignedText("   ")).Text);
        Assert.Equal("  a   b ", escaped.Apply(new AlignedText("  a   b ")).Text);
    }

    public static TheoryData<string, byte[]> Damaged => new()
    {
        { "two unknown pieces", ProtoFile.Start(PieceAlgorithm.Bpe).Piece("u", 0, PieceType.Unknown).Bytes },
        { "no unknown piece", new ProtoFile().Piece("a", 0).Bytes },
        { "no unknown piece", [] },
        { "comes twice", ProtoFile.Start(PieceAlgorithm.Bpe).Piece("a", 0).Piece("a", 1).Bytes },
        { "finite", ProtoFile.Start(PieceAlgorithm.Bpe).Piece("a", float.NaN).Bytes },
        { "finite", ProtoFile.Start(PieceAlgorithm.Bpe).Piece("a", float.PositiveInfinity).Bytes },
        { "0 characters", ProtoFile.Start(PieceAlgorithm.Bpe).Piece("", 0).Bytes },
        { "2000 characters", ProtoFile.Start(PieceAlgorithm.Bpe).Piece(new string('a', 2000), 0).Bytes },
        { "byte", ProtoFile.Start(PieceAlgorithm.Bpe).Piece("<0x41>", 0, PieceType.Byte).Bytes },
        { "byte", ProtoFile.Start(PieceAlgorithm.Bpe, (FallsBackToBytes, 1)).Piece("<0x4a>", 0, PieceType.Byte).Bytes },
        { "for some bytes", ProtoFile.Start(PieceAlgorithm.Bpe, (FallsBackToBytes, 1)).Piece("<0x4A>", 0, PieceType.Byte).Bytes },
        { "1 to 6", ProtoFile.Start(PieceAlgorithm.Bpe).Piece("a", 0, (PieceType)7).Bytes },
        { "1 to 4", ProtoFile.Start((PieceAlgorithm)5).Bytes },
        { "not a SentencePiece", ProtoFile.Start(PieceAlgorithm.Bpe).Piece([0xC3, 0x28], 0).Bytes },
        { "announced", ProtoFile.Start(PieceAlgorithm.Bpe).Add([0x0A, .. ProtoFile.Varint(1UL << 60)]).Bytes },
        { "64 bits", ProtoFile.Start(PieceAlgorithm.Bpe).Add([.. Enumerable.Repeat((byte)0xFF, 30)]).Bytes },
        { "wire type 3", ProtoFile.Start(PieceAlgorithm.Bpe).Add(0x0B).Bytes },
        { "is expected", ProtoFile.Start(PieceAlgorithm.Bpe).Add(ProtoFile.Number(1, 7)).Bytes },
        { "too few", ProtoFile.Start(PieceAlgorithm.Bpe).Message(3, ProtoFile.Field(2, [9, 0, 0, 0, 1])).Bytes },
    };

    [Theory, MemberData(nameof(Damaged))]
    public void Read_DamagedFile_IsRefused(string expected, byte[] file) => Assert.Contains(
        expected, Assert.Throws<InvalidDataException>(() => SentencePieceParts.Read(file)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_UnknownFields_ArePassedOver()
    {
        var file = ProtoFile.Start(PieceAlgorithm.Char).Add(ProtoFile.Number(201, 7)).Add(0xE9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8)
            .Message(4, [1, 2, 3]).Piece("a", -1);

        Assert.Equal("a", Cut(file, "a"));
    }

    private static string Cut(ProtoFile file, string text)
    {
        var parts = SentencePieceParts.Read(file.Bytes);
        return string.Join('|', parts.Model.Tokens(parts.Normalizer.Apply(new AlignedText(text)).Text));
    }

    private static string RandomCharacter(Random random)
    {
        var value = random.Next(0x110000 >> random.Next(14));
        return value is >= 0xD800 and < 0xE000 or '▁' ? "x" : char.ConvertFromUtf32(value);
    }
}
