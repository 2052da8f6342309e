using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Joins the two neighbours that make the piece with the highest score, leftmost first, until no two make a piece. User-defined pieces stay
/// as they are; an unused piece serves on the way, and is taken apart again at the end.
/// </summary>
internal sealed class SentencePieceBpe : SentencePieceModel
{
    private const int Unknown = -1; // a character that no piece holds

    private readonly Dictionary<ulong, int> _joins = []; // two symbols -> the piece that they make
    private readonly Dictionary<int, int> _characters = []; // code point -> symbol: a piece, or a number behind the pieces
    private readonly int[] _ranks; // piece -> 0 for the highest score, the same for equal scores

    public SentencePieceBpe(SentencePieceVocabulary vocabulary) : base(vocabulary)
    {
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary.IsInText(id))
                AddCharacters(vocabulary[id].Text);
        }
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary.IsInText(id))
                AddJoins(id);
        }
        _ranks = RankScores(vocabulary);
    }

    protected override void Cut(string text, List<ModelToken> tokens) => new Merging(this, text).Run(tokens);

    private void AddCharacters(string piece)
    {
        foreach (var character in piece.EnumerateRunes())
            _characters.TryAdd(character.Value, Vocabulary.FindInText(character.ToString()) ?? Vocabulary.Count + _characters.Count);
    }

    private void AddJoins(int id)
    {
        var text = Vocabulary[id].Text;
        var middle = 0;
        foreach (var character in text.EnumerateRunes())
        {
            if (middle > 0 && SymbolOf(text.AsSpan(0, middle)) is { } left && SymbolOf(text.AsSpan(middle)) is { } right)
                _joins[Pair(left, right)] = id;
            middle += character.Utf16SequenceLength;
        }
    }

    private int? SymbolOf(ReadOnlySpan<char> text)
    {
        if (Vocabulary.FindInText(text) is { } id)
            return id;
        Rune.DecodeFromUtf16(text, out var character, out var length);
        return length == text.Length ? _characters[character.Value] : null;
    }

    private static int[] RankScores(SentencePieceVocabulary vocabulary)
    {
        var ids = Enumerable.Range(0, vocabulary.Count).OrderByDescending(id => vocabulary[id].Score).ToArray();
        var ranks = new int[ids.Length];
        for (var i = 1; i < ids.Length; i++)
            ranks[ids[i]] = ranks[ids[i - 1]] + (vocabulary[ids[i]].Score < vocabulary[ids[i - 1]].Score ? 1 : 0);
        return ranks;
    }

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private record struct Symbol(int Id, int Start, int Length, int Previous, int Next, bool IsFrozen);

    private readonly record struct Candidate(int Left, int Right, int Length, int Piece);

    /// <summary>The merging of one text.</summary>
    private sealed class Merging(SentencePieceBpe model, string text)
    {
        private readonly PriorityQueue<Candidate, ulong> _candidates = new();
        private readonly Dictionary<int, (int Left, int Right)> _unused = []; // what an unused piece was made of last
        private Symbol[] _symbols = [];

        public void Run(List<ModelToken> tokens)
        {
            _symbols = [.. Symbols()];
            for (var i = 1; i < _symbols.Length; i++)
                Offer(i - 1, i);
            while (_candidates.TryDequeue(out var candidate, out _))
            {
                ref var left = ref _symbols[candidate.Left];
                ref var right = ref _symbols[candidate.Right];
                if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != candidate.Length)
                    continue; // one of the two was joined meanwhile
                (left.Id, left.Length, left.Next, right.Length) = (candidate.Piece, candidate.Length, right.Next, 0);
                if (right.Next >= 0)
                    _symbols[right.Next].Previous = candidate.Left;
                Offer(left.Previous, candidate.Left);
                Offer(candidate.Left, left.Next);
            }
            foreach (var symbol in _symbols)
            {
                if (symbol.Length > 0)
                    Add(symbol.Id, symbol.Start, symbol.Length, tokens);
            }
        }

        private IEnumerable<Symbol> Symbols()
        {
            var count = 0;
            for (int start = 0, length; start < text.Length; start += length)
            {
                (var id, length) = model.Vocabulary.FindUserDefined(text.AsSpan(start));
                var isFrozen = length > 0;
                if (!isFrozen)
                {
                    Rune.DecodeFromUtf16(text.AsSpan(start), out var character, out length);
                    id = model._characters.GetValueOrDefault(character.Value, Unknown);
                }
                yield return new Symbol(id, start, length, count - 1, start + length < text.Length ? count + 1 : -1, isFrozen);
                count++;
            }
        }

        private void Offer(int left, int right)
        {
            if (left < 0 || right < 0 || _symbols[left].IsFrozen || _symbols[right].IsFrozen)
                return;
            var (leftId, rightId) = (_symbols[left].Id, _symbols[right].Id);
            if (!model._joins.TryGetValue(Pair(leftId, rightId), out var piece))
                return;
            var candidate = new Candidate(left, right, _symbols[left].Length + _symbols[right].Length, piece);
            _candidates.Enqueue(candidate, Pair(model._ranks[piece], left));
            if (model.Vocabulary[piece].Type == PieceType.Unused)
                _unused[piece] = (leftId, rightId);
        }

        private void Add(int id, int start, int length, List<ModelToken> tokens)
        {
            if (id >= 0 && id < model.Vocabulary.Count && model.Vocabulary[id].Type == PieceType.Unused && _unused.TryGetValue(id, out var parts))
            {
                var leftLength = parts.Left < model.Vocabulary.Count ? model.Vocabulary[parts.Left].Text.Length : WidthAt(start);
                Add(parts.Left, start, leftLength, tokens);
                Add(parts.Right, start + leftLength, length - leftLength, tokens);
                return;
            }
            tokens.Add(new ModelToken(id >= 0 && id < model.Vocabulary.Count ? id : model.Vocabulary.UnknownId, start, length));
        }

        private int WidthAt(int start) => char.IsHighSurrogate(text[start]) ? 2 : 1;
    }
}
