using System.Buffers;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Joins the two neighbours that make the piece with the highest score, leftmost first, until no two make a piece. User-defined pieces stay
/// as they are; an unused piece serves on the way, and is taken apart again at the end.
/// </summary>
internal sealed class SentencePieceBpe : SentencePieceModel
{
    private const int NoJoin = -1; // a character that no piece holds, or a user-defined piece

    private readonly Dictionary<int, int> _characters = []; // code point -> symbol: a piece, or a number behind the pieces
    private readonly MergeTable _joins;
    private readonly int[] _ranks; // piece -> 0 for the highest score, the same for equal scores

    /// <exception cref="FormatException">There are too many pieces.</exception>
    public SentencePieceBpe(SentencePieceVocabulary vocabulary) : base(vocabulary)
    {
        int[] ids = [.. Enumerable.Range(0, vocabulary.Count).Where(vocabulary.IsInText)];
        foreach (var id in ids)
            AddCharacters(vocabulary[id].Text);
        BpeMerge[] joins = [.. ids.SelectMany(FindJoins)];
        if (vocabulary.Count + _characters.Count > MergeTable.MaxIds || joins.Length > MergeTable.MaxMerges)
            throw new FormatException($"it has {vocabulary.Count} pieces that can be made in {joins.Length} ways, which are too many.");
        _joins = new MergeTable(joins);
        _ranks = RankScores(vocabulary);
    }

    protected override void Cut(string text, List<ModelToken> tokens)
    {
        var symbols = ArrayPool<Symbol>.Shared.Rent(text.Length);
        try
        {
            var count = Split(text, symbols);
            var unused = new Dictionary<int, (int Left, int Right)>();
            Join(symbols.AsSpan(0, count), unused);
            foreach (var symbol in symbols.AsSpan(0, count))
            {
                if (symbol.Length > 0)
                    Add(text, symbol.Id, symbol.Start, symbol.Length, unused, tokens);
            }
        }
        finally
        {
            ArrayPool<Symbol>.Shared.Return(symbols);
        }
    }

    private void AddCharacters(string piece)
    {
        foreach (var character in piece.EnumerateRunes())
            _characters.TryAdd(character.Value, Vocabulary.FindInText(character.ToString()) ?? Vocabulary.Count + _characters.Count);
    }

    // The pairs of symbols that make a piece.
    private IEnumerable<BpeMerge> FindJoins(int id)
    {
        var text = Vocabulary[id].Text;
        var middle = 0;
        foreach (var character in text.EnumerateRunes())
        {
            if (middle > 0 && SymbolOf(text.AsSpan(0, middle)) is { } left && SymbolOf(text.AsSpan(middle)) is { } right)
                yield return new BpeMerge(left, right, id);
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

    private int Split(string text, Symbol[] symbols)
    {
        var count = 0;
        for (int start = 0, length; start < text.Length; start += length)
        {
            (_, length) = Vocabulary.FindUserDefined(text.AsSpan(start));
            var id = NoJoin;
            if (length == 0)
            {
                Rune.DecodeFromUtf16(text.AsSpan(start), out var character, out length);
                id = _characters.GetValueOrDefault(character.Value, NoJoin);
            }
            symbols[count] = new Symbol(id, start, length, count - 1, start + length < text.Length ? count + 1 : -1);
            count++;
        }
        return count;
    }

    private void Join(Span<Symbol> symbols, Dictionary<int, (int Left, int Right)> unused)
    {
        using var queue = new RankQueue(symbols.Length);
        for (var i = 0; i + 1 < symbols.Length; i++)
            queue.Add(RankAt(symbols, i, unused), i);
        queue.Order();
        while (queue.TryTake(out var rank, out var at))
        {
            ref var left = ref symbols[at];
            if (left.Length == 0 || FindJoin(symbols, at) is not { } piece || _ranks[piece] != rank)
                continue; // one of the two was joined meanwhile
            ref var right = ref symbols[left.Next];
            left = left with { Id = piece, Length = left.Length + right.Length, Next = right.Next };
            right.Length = 0;
            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = at;
                queue.Push(RankAt(symbols, at, unused), at);
            }
            if (left.Previous >= 0)
                queue.Push(RankAt(symbols, left.Previous, unused), left.Previous);
        }
    }

    // What a symbol and its right neighbour make; null if nothing.
    private int? FindJoin(ReadOnlySpan<Symbol> symbols, int at)
    {
        if (symbols[at].Next < 0 || symbols[at].Id == NoJoin || symbols[symbols[at].Next].Id == NoJoin)
            return null;
        var join = _joins.RankOf(symbols[at].Id, symbols[symbols[at].Next].Id);
        return join == MergeTable.NoMerge ? null : _joins.ResultOf(join);
    }

    // Notes in passing what an unused piece would be made of: the last pair that was seen counts, as in the reference.
    private int RankAt(ReadOnlySpan<Symbol> symbols, int at, Dictionary<int, (int Left, int Right)> unused)
    {
        if (FindJoin(symbols, at) is not { } piece)
            return MergeTable.NoMerge;
        if (Vocabulary[piece].Type == PieceType.Unused)
            unused[piece] = (symbols[at].Id, symbols[symbols[at].Next].Id);
        return _ranks[piece];
    }

    private void Add(
        string text, int id, int start, int length, Dictionary<int, (int Left, int Right)> unused, List<ModelToken> tokens)
    {
        if (id == NoJoin)
        {
            // Unless it is a user-defined piece, no piece has the character.
            var userDefined = Vocabulary.FindUserDefined(text.AsSpan(start));
            tokens.Add(new ModelToken(userDefined.Length == 0 ? Vocabulary.UnknownId : userDefined.Id, start, length));
        }
        else if (unused.TryGetValue(id, out var parts))
        {
            var leftLength = parts.Left < Vocabulary.Count ? Vocabulary[parts.Left].Text.Length : WidthAt(text, start);
            Add(text, parts.Left, start, leftLength, unused, tokens);
            Add(text, parts.Right, start + leftLength, length - leftLength, unused, tokens);
        }
        else
        {
            tokens.Add(new ModelToken(id < Vocabulary.Count ? id : Vocabulary.UnknownId, start, length));
        }
    }

    private static int WidthAt(string text, int start) => char.IsHighSurrogate(text[start]) ? 2 : 1;

    private record struct Symbol(int Id, int Start, int Length, int Previous, int Next);
}
