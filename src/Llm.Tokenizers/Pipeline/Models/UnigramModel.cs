using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// A unigram language model (Kudo 2018): of all ways to cut a piece into tokens, the one with the highest sum of scores, found by Viterbi.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;
    private const int NoStart = -1;

    private readonly (string Token, double Score)[] _tokens;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsOfSpans;
    private readonly TokenTrie _trie;
    private readonly int? _unknownId;
    private readonly double _unknownScore;
    private readonly ByteFallback? _bytes;

    /// <param name="tokens">Tokens and scores; the id of a token is its index.</param>
    /// <param name="unknownId">The token for characters that the others do not cover; null makes such characters errors.</param>
    /// <param name="fallsBackToBytes">Spells such characters as bytes, where the vocabulary has them.</param>
    /// <exception cref="FormatException">A score is no number, the unknown token does not exist, or a token is too long.</exception>
    public UnigramModel((string Token, double Score)[] tokens, int? unknownId, bool fallsBackToBytes)
    {
        if (tokens.Length is 0 or >= ModelVocabulary.MaxIds)
            throw new FormatException($"Its vocab has {tokens.Length} tokens; 1 to {ModelVocabulary.MaxIds - 1} are possible.");
        if (unknownId is { } unknown && (uint)unknown >= (uint)tokens.Length)
            throw new FormatException($"Its unk_id is {unknown}, but ids are 0 to {tokens.Length - 1}.");
        for (var id = 0; id < tokens.Length; id++)
        {
            if (!double.IsFinite(tokens[id].Score))
                throw new FormatException($"The token '{ModelVocabulary.Short(tokens[id].Token)}' has a score that is no finite number.");
            _ids[tokens[id].Token] = id;
        }
        (_tokens, _unknownId) = (tokens, unknownId);
        _trie = new TokenTrie(tokens.Select((token, id) => (token.Token, id)));
        _idsOfSpans = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknownScore = tokens.Min(token => token.Score) - UnknownPenalty;
        _bytes = fallsBackToBytes ? new ByteFallback(TokenToId) : null;
    }

    public override int VocabSize => _tokens.Length;

    public static UnigramModel FromJson(JsonElement json)
    {
        var vocabulary = TokenModelJson.Require(json, "vocab");
        if (vocabulary.ValueKind != JsonValueKind.Array)
            throw new FormatException("Its vocab is not a list of tokens with scores.");
        return new UnigramModel(
            [.. vocabulary.EnumerateArray().Select(ReadToken)], json.Find("unk_id")?.GetInt32(), json.IsTrue("byte_fallback"));
    }

    public override string? IdToToken(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id].Token : null;

    public override int? TokenToId(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    // What is unknown stays what it is.
    public override string? Spell(ModelToken token, string piece) =>
        token.Id == _unknownId ? piece.Substring(token.Start, token.Length) : null;

    public override void Encode(string piece, List<ModelToken> tokens)
    {
        var ends = ArrayPool<PathEnd>.Shared.Rent(piece.Length + 1);
        try
        {
            FindBestPath(piece, ends.AsSpan(0, piece.Length + 1));
            AddPath(piece, ends, tokens);
        }
        finally
        {
            ArrayPool<PathEnd>.Shared.Return(ends);
        }
    }

    public override JsonObject ToJson() => new()
    {
        ["type"] = TokenModelJson.Unigram,
        ["unk_id"] = _unknownId,
        ["vocab"] = new JsonArray([.. _tokens.Select(token => new JsonArray(token.Token, token.Score))]),
        ["byte_fallback"] = _bytes is not null,
    };

    private static (string Token, double Score) ReadToken(JsonElement token) =>
        token.ValueKind == JsonValueKind.Array && token.GetArrayLength() == 2
            ? (token[0].GetString() ?? throw new FormatException("A token of its vocab is null."), token[1].GetDouble())
            : throw new FormatException($"'{ModelVocabulary.Short(token.GetRawText())}' in its vocab is not a token with its score.");

    // ends[i] is the last token of the best way to cut the first i characters. The first of equal ways stays, as in sentencepiece.
    private void FindBestPath(string piece, Span<PathEnd> ends)
    {
        ends.Fill(new PathEnd(0, NoStart, 0));
        int width;
        for (var start = 0; start < piece.Length; start += width)
        {
            width = Rune.TryGetRuneAt(piece, start, out var rune) ? rune.Utf16SequenceLength : 1;
            var score = ends[start].Score;
            var hasCharacter = false;
            var node = TokenTrie.Root;
            for (var end = start; end < piece.Length; end++)
            {
                node = _trie.Next(node, piece[end]);
                if (node == TokenTrie.None)
                    break;
                if (_trie.IdAt(node) is TokenTrie.None)
                    continue;
                Offer(ref ends[end + 1], score + _tokens[_trie.IdAt(node)].Score, start, _trie.IdAt(node));
                hasCharacter |= end + 1 == start + width;
            }
            if (!hasCharacter && IsBetter(ends[start + width], score + _unknownScore))
                ends[start + width] = new PathEnd(score + _unknownScore, start, _unknownId ?? throw Unknown(piece));
        }
    }

    private static bool IsBetter(in PathEnd end, double score) => end.Start == NoStart || score > end.Score;

    private static void Offer(ref PathEnd end, double score, int start, int id)
    {
        if (IsBetter(end, score))
            end = new PathEnd(score, start, id);
    }

    // From the end to the start, then turned round. Unknown tokens that touch become one.
    private void AddPath(string piece, PathEnd[] ends, List<ModelToken> tokens)
    {
        var first = tokens.Count;
        for (int end = piece.Length, start; end > 0; end = start)
        {
            (start, var id) = (ends[end].Start, ends[end].Id);
            if (id == _unknownId)
            {
                while (start > 0 && ends[start].Id == _unknownId)
                    start = ends[start].Start;
                AddUnknown(piece, start, end - start, tokens);
            }
            else
            {
                tokens.Add(new ModelToken(id, start, end - start));
            }
        }
        tokens.Reverse(first, tokens.Count - first);
    }

    private void AddUnknown(string piece, int start, int length, List<ModelToken> tokens)
    {
        var text = piece.AsSpan(start, length);
        if (_idsOfSpans.TryGetValue(text, out var id))
        {
            tokens.Add(new ModelToken(id, start, length));
            return;
        }
        if (_bytes is not null)
        {
            var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
            Encoding.UTF8.GetBytes(text, bytes);
            if (_bytes.HasAll(bytes))
            {
                for (var i = bytes.Length - 1; i >= 0; i--)
                    tokens.Add(new ModelToken(_bytes[bytes[i]], start, length));
                return;
            }
        }
        tokens.Add(new ModelToken(_unknownId!.Value, start, length));
    }

    private static ArgumentException Unknown(string piece) => TokenModelJson.UnknownPiece(piece);

    private readonly record struct PathEnd(double Score, int Start, int Id);
}
