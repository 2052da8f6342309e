using System.Text;

namespace Llm.Tokenizers.Tests.BytePair;

public unsafe class NarrowPieceCacheTests
{
    [Fact]
    public void Find_NothingAdded_KnowsNothing() => Assert.Empty(Find(new NarrowPieceCache(), "whale"));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(NarrowPieceCache.MaxLength - 1)]
    public void Find_AddedPiece_GivesItsIds(int length)
    {
        var piece = new string('w', length - 1) + "x";
        foreach (var ids in new int[][] { [0], [7, 8], [7, 0, 9] })
        {
            var cache = new NarrowPieceCache();
            Add(cache, piece, ids);

            Assert.Equal(ids, Find(cache, piece));
            Assert.Empty(Find(cache, piece[..^1] + "y"));
            Assert.Empty(Find(cache, piece + "x"));
        }
    }

    [Fact]
    public void Find_BytesBehindThePiece_DoNotCount()
    {
        var cache = new NarrowPieceCache();
        Add(cache, "whale", [1, 2], behind: "bone");

        Assert.Equal([1, 2], Find(cache, "whale", behind: "man and his boat"));
        Assert.Empty(Find(cache, "whaleb"));
    }

    [Fact]
    public void Find_ZerosInThePiece_CountAsBytes()
    {
        var cache = new NarrowPieceCache();
        Add(cache, "a\0", [1]);
        Add(cache, "a\0\0", [2]);

        Assert.Empty(Find(cache, "a"));
        Assert.Equal([1], Find(cache, "a\0"));
        Assert.Equal([2], Find(cache, "a\0\0"));
    }

    [Fact]
    public void Find_ManyMorePiecesThanSlots_EveryAnswerIsRight()
    {
        var cache = new NarrowPieceCache();
        for (var i = 0; i < 200_000; i++)
            Add(cache, $"piece {i}", [i, i / 2, i / 3]);

        var known = 0;
        for (var i = 0; i < 200_000; i++)
        {
            if (Find(cache, $"piece {i}") is not { Length: > 0 } ids)
                continue;
            Assert.Equal([i, i / 2, i / 3], ids);
            known++;
        }

        Assert.InRange(known, 50_000, 1 << 16);
    }

    // Pieces that fight for slots: a reader must never see the ids of one under the name of another, or half of each.
    [Fact]
    public void Find_WhileOthersWrite_EveryAnswerIsRight()
    {
        var cache = new NarrowPieceCache();
        Parallel.For(0, 8, thread =>
        {
            var random = new Random(thread);
            var piece = stackalloc byte[16];
            var ids = stackalloc int[NarrowPieceCache.MaxIds];
            for (var i = 0; i < 300_000; i++)
            {
                var value = random.Next(120_000);
                *(int*)piece = value;
                *(int*)(piece + 8) = ~value;
                var count = cache.Find(piece, 12, ids);
                if (count == 0)
                    cache.Add(piece, 12, [value, value + 1, value + 2]);
                else if (count != 3 || ids[0] != value || ids[1] != value + 1 || ids[2] != value + 2)
                    throw new InvalidOperationException($"{value} had {count} ids, {ids[0]}, {ids[1]}, {ids[2]}.");
            }
        });
    }

    private static void Add(NarrowPieceCache cache, string piece, int[] ids, string behind = "")
    {
        fixed (byte* bytes = Encoding.ASCII.GetBytes(piece + behind + new string('\0', 16)))
            cache.Add(bytes, piece.Length, ids);
    }

    private static int[] Find(NarrowPieceCache cache, string piece, string behind = "")
    {
        var ids = new int[NarrowPieceCache.MaxIds];
        fixed (byte* bytes = Encoding.ASCII.GetBytes(piece + behind + new string('\0', 16)))
        fixed (int* found = ids)
            return cache.Find(bytes, piece.Length, found) is > 0 and var count ? ids[..count] : [];
    }
}
