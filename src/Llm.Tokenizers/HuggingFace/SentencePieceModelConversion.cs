using System.Text;

namespace Llm.Tokenizers;

/// <summary>The pieces of a SentencePiece model as a model of tokenizer.json.</summary>
internal static class SentencePieceModelConversion
{
    /// <exception cref="NotSupportedException">The format cannot state the model.</exception>
    public static TokenModel Convert(SentencePieceProto proto, SentencePieceVocabulary vocabulary) =>
        proto.Algorithm == PieceAlgorithm.Bpe ? ToBpe(proto, vocabulary) : ToUnigram(proto, vocabulary);

    // Joins in the order of the scores of what they make, as transformers converts Llama's.
    private static BpeModel ToBpe(SentencePieceProto proto, SentencePieceVocabulary vocabulary)
    {
        var joined = Enumerable.Range(0, vocabulary.Count).Where(id => IsJoined(vocabulary, id))
            .Select(id => (Id: id, Pairs: FindPairs(vocabulary, id))).Where(piece => piece.Pairs.Count > 0)
            .OrderByDescending(piece => vocabulary[piece.Id].Score).ToList();
        for (var i = 1; i < joined.Count; i++)
        {
            var (before, piece) = (vocabulary[joined[i - 1].Id], vocabulary[joined[i].Id]);
            if (before.Score == piece.Score)
                throw new NotSupportedException(
                    $"tokenizer.json cannot state this SentencePiece model: its pieces '{before.Text}' and '{piece.Text}' have the same "
                    + "score. Keep its .model file, which Save writes.");
        }
        return new BpeModel(
            new ModelVocabulary(vocabulary.Ids),
            joined.SelectMany(piece => piece.Pairs),
            new BpeModelOptions
            {
                UnknownToken = vocabulary[vocabulary.UnknownId].Text,
                FusesUnknown = true,
                FallsBackToBytes = proto.FallsBackToBytes,
            });
    }

    private static bool IsJoined(SentencePieceVocabulary vocabulary, int id) => vocabulary[id].Type == PieceType.Normal;

    private static List<(string Left, string Right)> FindPairs(SentencePieceVocabulary vocabulary, int id)
    {
        var text = vocabulary[id].Text;
        var pairs = new List<(int Left, int Right)>();
        var middle = 0;
        foreach (var character in text.EnumerateRunes())
        {
            if (middle > 0 && FindPart(text.AsSpan(0, middle)) is { } left && FindPart(text.AsSpan(middle)) is { } right)
                pairs.Add((left, right));
            middle += character.Utf16SequenceLength;
        }
        return [.. pairs.Order().Select(pair => (vocabulary[pair.Left].Text, vocabulary[pair.Right].Text))];

        int? FindPart(ReadOnlySpan<char> part) =>
            vocabulary.FindInText(part) is { } found && IsJoined(vocabulary, found) ? found : null;
    }

    // Scores are summed in double precision there: two ways that are equally good up to single precision may come out differently.
    private static UnigramModel ToUnigram(SentencePieceProto proto, SentencePieceVocabulary vocabulary)
    {
        var normal = Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary[id].Type == PieceType.Normal).ToList();
        var lowest = normal.Select(id => (double)vocabulary[id].Score).DefaultIfEmpty().Min();
        var scores = new SentencePieceUnigram(vocabulary);
        var tokens = Enumerable.Range(0, vocabulary.Count).Select(id => (vocabulary[id].Text, ScoreOf(id))).ToArray();
        return new UnigramModel(tokens, vocabulary.UnknownId, proto.FallsBackToBytes);

        // Text never becomes a control piece: its characters, which are all pieces, are always the better way.
        double ScoreOf(int id) => vocabulary.IsInText(id)
            ? scores.ScoreOf(id, Encoding.UTF8.GetByteCount(vocabulary[id].Text))
            : (Math.Min(lowest, 0) * vocabulary[id].Text.Length) - 1;
    }
}
