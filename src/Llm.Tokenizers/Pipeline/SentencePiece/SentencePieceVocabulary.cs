namespace Llm.Tokenizers;

/// <summary>The pieces of a SentencePiece model, checked as the reference checks them.</summary>
internal sealed class SentencePieceVocabulary
{
    private readonly SentencePiece[] _pieces;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsOfSpans;
    private readonly TokenTrie _userDefined;

    /// <exception cref="FormatException">The pieces contradict each other.</exception>
    public SentencePieceVocabulary(SentencePieceProto proto)
    {
        if (proto.Pieces.Count >= ModelVocabulary.MaxIds)
            throw new FormatException($"it has {proto.Pieces.Count} pieces; at most {ModelVocabulary.MaxIds - 1} are possible.");
        _pieces = [.. proto.Pieces];
        _ids = new Dictionary<string, int>(_pieces.Length, StringComparer.Ordinal);
        _idsOfSpans = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        UnknownId = -1;
        for (var id = 0; id < _pieces.Length; id++)
            Add(id, proto.FallsBackToBytes);
        if (UnknownId < 0)
            throw new FormatException("it has no unknown piece.");
        _userDefined = new TokenTrie(
            from id in Enumerable.Range(0, _pieces.Length)
            where _pieces[id].Type == PieceType.UserDefined
            select (_pieces[id].Text, id));
        if (!proto.FallsBackToBytes)
            return;
        Bytes = new ByteFallback(Find);
        if (!Bytes.HasAll([.. Enumerable.Range(0, 256).Select(value => (byte)value)]))
            throw new FormatException("it spells unknown characters in bytes, but lacks the pieces for some bytes.");
    }

    /// <summary>Piece → id.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    public int Count => _pieces.Length;

    public int UnknownId { get; private set; }

    /// <summary>The pieces for bytes; null unless unknown characters are spelled so.</summary>
    public ByteFallback? Bytes { get; }

    public SentencePiece this[int id] => _pieces[id];

    public int? Find(string piece) => _ids.TryGetValue(piece, out var id) ? id : null;

    /// <summary>The id of a piece that text can become.</summary>
    public int? FindInText(ReadOnlySpan<char> piece) => _idsOfSpans.TryGetValue(piece, out var id) && IsInText(id) ? id : null;

    /// <summary>Whether text can become the piece: it is not one of those that stand for no text or for a byte.</summary>
    public bool IsInText(int id) => _pieces[id].Type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused;

    /// <summary>The longest user-defined piece that a text starts with; its length is 0 if there is none.</summary>
    public (int Id, int Length) FindUserDefined(ReadOnlySpan<char> text) => _userDefined.FindLongest(text);

    private void Add(int id, bool fallsBackToBytes)
    {
        var (text, score, type) = _pieces[id];
        if (text.Length is 0 or > TokenTrie.MaxTokenLength)
            throw new FormatException($"the piece {id} has {text.Length} characters; 1 to {TokenTrie.MaxTokenLength} are possible.");
        if (!float.IsFinite(score))
            throw new FormatException($"the piece '{ModelVocabulary.Short(text)}' has a score that is no finite number.");
        if (!_ids.TryAdd(text, id))
            throw new FormatException($"the piece '{ModelVocabulary.Short(text)}' comes twice, as {_ids[text]} and {id}.");
        if (type == PieceType.Byte && (!fallsBackToBytes || ByteFallback.ByteOf(text) is null))
            throw new FormatException(
                $"it has the byte piece '{ModelVocabulary.Short(text)}', which is not the name of a byte, or needs byte_fallback.");
        if (type == PieceType.Unknown && UnknownId >= 0)
            throw new FormatException($"it has two unknown pieces, {UnknownId} and {id}.");
        if (type == PieceType.Unknown)
            UnknownId = id;
    }
}
