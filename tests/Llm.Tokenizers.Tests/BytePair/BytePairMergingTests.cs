using CsCheck;

namespace Llm.Tokenizers.Tests;

public class BytePairMergingTests
{
    // Ids 0 to 3 are letters; merges join any two earlier ids, and one result may come from two pairs.
    private static readonly Gen<BpeMerge[]> Merges =
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 9]).Array[0, 25].Select(choices =>
        {
            var merges = new List<BpeMerge>();
            var next = 4;
            foreach (var (left, right, reuse) in choices)
            {
                var result = reuse == 0 && next > 4 ? next - 1 : next++;
                merges.Add(new BpeMerge(left % result, right % result, result));
            }
            return merges.ToArray();
        });

    [Theory, InlineData(0, 40), InlineData(41, 300)] // by scan, by heap
    public void Merge_AnyIds_EqualsMergingByTheBook(int least, int most) =>
        Gen.Select(Merges, Gen.Int[0, 3].Array[least, most]).Sample((merges, ids) =>
        {
            var merged = ids.ToArray();

            var count = BytePairMerging.Merge(merged, new MergeTable(merges));

            Assert.Equal(MergeByTheBook(ids, merges), merged[..count]);
        });

    [Fact]
    public void RankOf_EveryMerge_IsItsFirstPlaceInTheList() => Merges.Sample(merges =>
    {
        var table = new MergeTable(merges);
        for (var left = 0; left < 30; left++)
        {
            for (var right = 0; right < 30; right++)
            {
                var rank = Array.FindIndex(merges, merge => merge.Left == left && merge.Right == right);
                Assert.Equal(rank < 0 ? MergeTable.NoMerge : rank, table.RankOf(left, right));
            }
        }
    });

    private static List<int> MergeByTheBook(int[] ids, BpeMerge[] merges)
    {
        var left = ids.ToList();
        while (true)
        {
            var (rank, at) = Enumerable.Range(0, Math.Max(0, left.Count - 1))
                .Select(i => (Rank: Array.FindIndex(merges, merge => merge.Left == left[i] && merge.Right == left[i + 1]), At: i))
                .Where(candidate => candidate.Rank >= 0).DefaultIfEmpty((-1, -1)).Min();
            if (rank < 0)
                return left;
            left[at] = merges[rank].Result;
            left.RemoveAt(at + 1);
        }
    }
}
