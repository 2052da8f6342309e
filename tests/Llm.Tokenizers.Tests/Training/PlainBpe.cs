namespace Llm.Tokenizers.Tests;

/// <summary>Byte-pair learning by the book, for ASCII letters and spaces: all pairs are counted anew for every merge.</summary>
internal static class PlainBpe
{
    public static List<string> Learn(string text, bool split, BpeTrainingRule rule, int wanted, int minFrequency)
    {
        // A space counts as its symbol, whose code point puts it behind the letters in Hugging Face's order of ids, and before them
        // otherwise.
        var space = rule == BpeTrainingRule.HuggingFace ? 200 : ' ';
        var ids = new Dictionary<string, int> { ["a"] = 'a', ["b"] = 'b', ["Ġ"] = space };
        var pieces = (split ? text.Split(' ').Select((word, i) => i == 0 ? word : " " + word) : [text])
            .Select(piece => piece.Select(letter => letter == ' ' ? "Ġ" : $"{letter}").ToList()).ToList();
        var merges = new List<string>();
        while (merges.Count < wanted)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            var seen = new List<(string Left, string Right)>();
            foreach (var pair in pieces.SelectMany(piece => piece.Zip(piece.Skip(1))))
            {
                if (counts.TryAdd(pair, 1))
                    seen.Add(pair);
                else
                    counts[pair]++;
            }
            if (counts.Count == 0 || counts.Values.Max() < minFrequency)
                break;
            var most = seen.Where(pair => counts[pair] == counts.Values.Max());
            var (left, right) = rule == BpeTrainingRule.Minbpe ? most.First() : most.MinBy(pair => (ids[pair.Left], ids[pair.Right]));
            ids.Add(left + right, 1000 + merges.Count);
            merges.Add($"{left} {right}");
            foreach (var piece in pieces)
                Join(piece, left, right);
        }
        return merges;
    }

    private static void Join(List<string> piece, string left, string right)
    {
        for (var i = 0; i + 1 < piece.Count; i++)
        {
            if (piece[i] != left || piece[i + 1] != right)
                continue;
            piece[i] = left + right;
            piece.RemoveAt(i + 1);
        }
    }
}
