using System.Buffers;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// The way with the highest sum of scores, as in <see cref="UnigramModel"/>, in the reference's single precision: sums are rounded to it,
/// and compared before they are.
/// </summary>
internal sealed class SentencePieceUnigram : SentencePieceModel
{
    private const float UnknownPenalty = 10;
    private const float SmallestNormal = 1.17549435E-38f; // C's FLT_MIN
    private const int NoStart = -1;

    private readonly TokenTrie _trie;
    private readonly float _highest = SmallestNormal;
    private readonly float _unknownScore;

    public SentencePieceUnigram(SentencePieceVocabulary vocabulary) : base(vocabulary)
    {
        var lowest = float.MaxValue;
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary[id].Type == PieceType.Normal)
                (lowest, _highest) = (Math.Min(lowest, vocabulary[id].Score), Math.Max(_highest, vocabulary[id].Score));
        }
        _unknownScore = lowest - UnknownPenalty;
        _trie = new TokenTrie(
            from id in Enumerable.Range(0, vocabulary.Count)
            where vocabulary[id].Type is PieceType.Normal or PieceType.UserDefined
            select (vocabulary[id].Text, id));
    }

    protected override void Cut(string text, List<ModelToken> tokens)
    {
        var ends = ArrayPool<PathEnd>.Shared.Rent(text.Length + 1);
        try
        {
            FindBestPath(text, ends.AsSpan(0, text.Length + 1));
            var first = tokens.Count;
            for (var end = text.Length; end > 0; end = ends[end].Start)
                tokens.Add(new ModelToken(ends[end].Id, ends[end].Start, end - ends[end].Start));
            tokens.Reverse(first, tokens.Count - first);
        }
        finally
        {
            ArrayPool<PathEnd>.Shared.Return(ends);
        }
    }

    private void FindBestPath(string text, Span<PathEnd> ends)
    {
        ends.Fill(new PathEnd(0, NoStart, 0));
        int width;
        for (var start = 0; start < text.Length; start += width)
        {
            Rune.DecodeFromUtf16(text.AsSpan(start), out _, out width);
            var score = ends[start].Score;
            var hasCharacter = false;
            var (node, bytes) = (TokenTrie.Root, 0);
            for (var end = start; end < text.Length; end++)
            {
                node = _trie.Next(node, text[end]);
                if (node == TokenTrie.None)
                    break;
                bytes += Utf8Length(text[end]);
                if (_trie.IdAt(node) is TokenTrie.None)
                    continue;
                Offer(ref ends[end + 1], ScoreOf(_trie.IdAt(node), bytes) + score, start, _trie.IdAt(node));
                hasCharacter |= end + 1 == start + width;
            }
            if (!hasCharacter)
                Offer(ref ends[start + width], _unknownScore + score, start, Vocabulary.UnknownId);
        }
    }

    /// <summary>What a piece counts; user-defined ones get a bonus, so that they are always taken.</summary>
    public double ScoreOf(int id, int bytes) =>
        Vocabulary[id].Type == PieceType.UserDefined ? (bytes * _highest) - 0.1 : Vocabulary[id].Score;

    private static void Offer(ref PathEnd end, double score, int start, int id)
    {
        if (end.Start == NoStart || score > end.Score)
            end = new PathEnd((float)score, start, id);
    }

    // Half of a surrogate pair counts for half of its four bytes.
    private static int Utf8Length(char unit) => unit < 0x80 ? 1 : unit < 0x800 || char.IsSurrogate(unit) ? 2 : 3;

    private readonly record struct PathEnd(float Score, int Start, int Id);
}
