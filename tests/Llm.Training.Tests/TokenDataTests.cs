using Llm.Testing;
using Llm.Tokenizers;

namespace Llm.Training.Tests;

public sealed class TokenDataTests
{
    [Theory]
    [InlineData(65_536, 2)]
    [InlineData(65_537, 4)]
    public void Open_WrittenIds_AreTheSame(int vocabSize, int bytesPerId)
    {
        using var folder = new TemporaryFolder();
        var ids = Enumerable.Range(0, 100_000).Select(i => (int)(i * 2_654_435_761L % vocabSize)).ToArray();

        TokenData.Write(folder.Combine("ids.bin"), ids, vocabSize);

        using var data = TokenData.Open(folder.Combine("ids.bin"), vocabSize);
        Assert.Equal(ids.Length * bytesPerId, new FileInfo(folder.Combine("ids.bin")).Length);
        Assert.Equal(ids.Select(id => (long)id), Read(data, 0, (int)data.Length));
        Assert.Equal([ids[99_998], ids[99_999]], Read(data, 99_998, 2));
    }

    [Fact]
    public void Write_SmallVocabulary_IsNanoGptsFormat()
    {
        using var folder = new TemporaryFolder();

        TokenData.Write(folder.Combine("ids.bin"), [1, 258, 50256], 50257);

        Assert.Equal<byte>([1, 0, 2, 1, 0x50, 0xC4], File.ReadAllBytes(folder.Combine("ids.bin")));
    }

    [Fact]
    public void Write_IdOutsideVocabulary_LeavesOldFile()
    {
        using var folder = new TemporaryFolder();
        TokenData.Write(folder.Combine("ids.bin"), [1, 2], 11);

        var error = Assert.Throws<ArgumentException>(() => TokenData.Write(folder.Combine("ids.bin"), [3, 11], 11));

        Assert.Contains("Id 11 at index 1", error.Message, StringComparison.Ordinal);
        Assert.Equal<byte>([1, 0, 2, 0], File.ReadAllBytes(folder.Combine("ids.bin")));
        Assert.Equal(["ids.bin"], folder.Files);
    }

    [Fact]
    public void Write_NoIds_Throws()
    {
        using var folder = new TemporaryFolder();

        Assert.Throws<ArgumentException>(() => TokenData.Write(folder.Combine("ids.bin"), [], 11));

        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Open_OddLength_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("ids.bin", 1, 0, 2);

        var error = Assert.Throws<InvalidDataException>(() => TokenData.Open(path));

        Assert.Contains("3 bytes, which is not a whole number of 2-byte ids", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyFile_SaysSo()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<InvalidDataException>(() => TokenData.Open(folder.Write("ids.bin")));

        Assert.Contains("holds no ids", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFile_NamesIt()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<FileNotFoundException>(() => TokenData.Open(folder.Combine("none.bin")));

        Assert.Contains("none.bin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CopyTo_IdOutsideVocabulary_SaysWhere()
    {
        using var folder = new TemporaryFolder();
        using var data = TokenData.Open(folder.Write("ids.bin", 1, 0, 2, 0, 99, 0), vocabSize: 11);

        Assert.Equal([1L, 2], Read(data, 0, 2));
        var error = Assert.Throws<InvalidDataException>(() => Read(data, 1, 2));

        Assert.Contains("Id 99 at index 2 is not in the vocabulary of 11", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(2, 2)]
    [InlineData(long.MaxValue, 1)]
    public void CopyTo_OutsideTheData_Throws(long start, int count)
    {
        using var data = TokenData.FromIds([1, 2, 3]);

        Assert.Throws<ArgumentOutOfRangeException>(() => Read(data, start, count));
    }

    [Theory]
    [InlineData(1_115_394, 1_003_854, 111_540)] // nanoGPT's tinyshakespeare, to the character
    [InlineData(1521, 1368, 153)]
    public void Split_NineTenths_CutsInOrder(int length, int train, int validation)
    {
        using var data = TokenData.FromIds(Enumerable.Range(0, length));

        var (first, second) = data.Split(0.9);

        Assert.Equal((train, validation), (first.Length, second.Length));
        Assert.Equal([train - 1L], Read(first, first.Length - 1, 1));
        Assert.Equal([(long)train], Read(second, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(first, first.Length - 1, 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void Split_NothingOnOneSide_Throws(double share)
    {
        using var data = TokenData.FromIds([1, 2, 3]);

        Assert.Throws<ArgumentException>(() => data.Split(share));
    }

    [Fact]
    public void FromText_Tokenizer_EncodesIt()
    {
        var tokenizer = ByteLevelBpeTokenizer.Gpt2();

        using var data = TokenData.FromText("Hello my name", tokenizer);

        Assert.Equal([15496L, 616, 1438], Read(data, 0, 3));
        Assert.Equal(50257, data.VocabSize);
    }

    [Fact]
    public void FromText_Empty_SaysSo()
    {
        var error = Assert.Throws<ArgumentException>(() => TokenData.FromText("", ByteLevelBpeTokenizer.Gpt2()));

        Assert.Contains("The text is empty", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(11, 11)]
    public void FromIds_OutsideVocabulary_Throws(int id, int? vocabSize)
    {
        Assert.Throws<ArgumentException>(() => TokenData.FromIds([1, id], vocabSize));
    }

    private static long[] Read(TokenData data, long start, int count)
    {
        var ids = new long[count];
        data.CopyTo(start, ids);
        return ids;
    }
}
