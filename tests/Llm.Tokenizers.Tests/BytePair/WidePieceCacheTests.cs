using System.Text;

namespace Llm.Tokenizers.Tests.BytePair;

public class WidePieceCacheTests
{
    [Fact]
    public void Find_NothingAdded_KnowsNothing() => Assert.Equal(0, new WidePieceCache().Find("whale"u8, new int[5]));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(WidePieceCache.MaxLength)]
    public void Find_AddedPiece_GivesItsIds(int length)
    {
        var cache = new WidePieceCache();
        var piece = Encoding.ASCII.GetBytes(new string('w', length - 1) + "x");
        cache.Add(piece, [7, 8]);

        var ids = new int[WidePieceCache.MaxLength];

        Assert.Equal(2, cache.Find(piece, ids));
        Assert.Equal([7, 8], ids[..2]);
        piece[^1]++;
        Assert.Equal(0, cache.Find(piece, ids));
    }

    [Fact]
    public void Find_MoreIdsThanRoom_WritesNothing()
    {
        var cache = new WidePieceCache();
        cache.Add("whale"u8, [1, 2, 3]);

        Assert.Equal(0, cache.Find("whale"u8, new int[2]));
    }

    [Fact]
    public void Find_ManyMorePiecesThanSlots_EveryAnswerIsRight()
    {
        var cache = new WidePieceCache();
        var ids = new int[4];
        for (var i = 0; i < 200_000; i++)
            cache.Add(Encoding.ASCII.GetBytes($"piece {i}"), [i, -i, 2 * i]);

        var known = Enumerable.Range(0, 200_000).Count(i => cache.Find(Encoding.ASCII.GetBytes($"piece {i}"), ids) switch
        {
            0 => false,
            var count => count == 3 && ids[0] == i && ids[1] == -i && ids[2] == 2 * i
                ? true
                : throw new InvalidOperationException($"piece {i}"),
        });

        Assert.InRange(known, 10_000, 1 << 14);
    }

    // Two pieces that fight for slots: a reader must never see the ids of one under the name of the other, or half of each.
    [Fact]
    public void Find_WhileOthersWrite_EveryAnswerIsRight()
    {
        var cache = new WidePieceCache();
        Parallel.For(0, 8, thread =>
        {
            var random = new Random(thread);
            Span<int> ids = stackalloc int[18];
            Span<byte> piece = stackalloc byte[24];
            Span<int> written = stackalloc int[18];
            for (var i = 0; i < 300_000; i++)
            {
                var value = random.Next(40_000);
                piece.Fill((byte)(value % 251));
                BitConverter.TryWriteBytes(piece, value);
                var expected = written[..(1 + value % 18)];
                expected.Fill(value);
                var count = cache.Find(piece, ids);
                if (count > 0 && !ids[..count].SequenceEqual(expected))
                    throw new InvalidOperationException($"{value} had {count} ids, the first {ids[0]}.");
                if (count == 0)
                    cache.Add(piece, expected);
            }
        });
    }
}
