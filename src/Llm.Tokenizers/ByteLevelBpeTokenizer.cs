using System.Runtime.CompilerServices;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Byte-level byte-pair encoding, the tokenizer of GPT-2 (Radford et al. 2019): a text is cut by a pattern, and within each piece the bytes
/// are joined by learned merges, so that every text has ids and comes back unchanged. Ids equal those of Hugging Face's tokenizers and of
/// tiktoken.
/// </summary>
public sealed partial class ByteLevelBpeTokenizer : LlmTokenizer
{
    private readonly BpeVocabulary _vocabulary;
    private readonly Dictionary<int, AddedToken> _added;
    private readonly PieceTable _pieces; // only what merging would give as well
    private readonly PieceCache _merged = new();
    private readonly string?[] _tokens; // raw forms that somebody asked for

    /// <summary>A tokenizer of a vocabulary as vocab.json and merges.txt spell it.</summary>
    /// <param name="vocabulary">Token in its raw form → id.</param>
    /// <param name="merges">The learned merges, the first learned first; both tokens and what they join to are in the vocabulary.</param>
    /// <param name="config">Pattern, added tokens and the like; GPT-2's without added tokens, if null.</param>
    /// <exception cref="ArgumentException">Two tokens have one id, a merge names a token that the vocabulary lacks, or an added token
    /// clashes.</exception>
    public ByteLevelBpeTokenizer(
        IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, ByteLevelBpeConfig? config = null)
        : this(BpeVocabulary.FromTokens(vocabulary, merges, config?.AddedTokens ?? []), config ?? new ByteLevelBpeConfig())
    {
    }

    /// <param name="vocabulary">Tokens and merges; it knows the added tokens of <paramref name="config"/>.</param>
    /// <param name="config">Pattern, added tokens and the like.</param>
    /// <param name="allReachable">Merging the bytes of any learned token is known to give that token: no need to try each.</param>
    internal ByteLevelBpeTokenizer(BpeVocabulary vocabulary, ByteLevelBpeConfig config, bool allReachable = false)
        : base(vocabulary.Tokens, config.AddedTokens)
    {
        _vocabulary = vocabulary;
        Config = config;
        _added = config.AddedTokens.ToDictionary(token => token.Id);
        _pieces = new PieceTable(vocabulary.Tokens, WholePieces(allReachable));
        _tokens = new string?[VocabSize];
    }

    /// <summary>Pattern, added tokens and the like.</summary>
    public ByteLevelBpeConfig Config { get; }

    internal BpeVocabulary Learned => _vocabulary;

    /// <summary>Composes characters first (Unicode's form C), which leaves most texts as they are; null where nothing does.</summary>
    internal TextNormalizer? Nfc { get; init; }

    /// <inheritdoc/>
    public override string? IdToToken(int id)
    {
        if (!_vocabulary.Tokens.Has(id))
            return null;
        return _tokens[id] ??= _added.TryGetValue(id, out var added) ? added.Content : ByteSymbols.ToToken(_vocabulary.Tokens[id]);
    }

    /// <inheritdoc/>
    public override int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return Vocabulary.TryGetValue(token, out var id) ? id : null;
    }

    /// <inheritdoc/>
    public override void Save(string folder) => ByteLevelBpeFiles.Write(this, folder);

    /// <summary>The raw form of a token that merges know, whatever an added token of the same id is called.</summary>
    internal string LearnedToken(int id) => ByteSymbols.ToToken(_vocabulary.Tokens[id]);

    private protected override void EncodePart(ReadOnlySpan<char> text, Range part, TokenBuffer tokens)
    {
        if (Nfc is null || !text[part].ContainsAnyExceptInRange('\0', '\x7F'))
        {
            EncodeChars(text[part], part.Start.Value, tokens);
            return;
        }
        var first = tokens.Count;
        var normalized = Nfc.Apply(new AlignedText(text[part].ToString(), part.Start.Value));
        EncodeChars(normalized.Text, 0, tokens);
        foreach (ref var place in tokens.WithPlaces ? tokens.Places[first..] : [])
            place = normalized.PlaceOf(place.Start.Value, place.End.Value - place.Start.Value);
    }

    private protected override void EncodeText(ReadOnlySpan<byte> utf8, SpecialTokenPolicy policy, TokenBuffer tokens)
    {
        if (Nfc is not null || MayHoldAddedTokens(policy) || !System.Text.Unicode.Utf8.IsValid(utf8))
        {
            base.EncodeText(utf8, policy, tokens);
            return;
        }
        using var bytes = ByteBuffer.Rent();
        if (Config.AddsPrefixSpace && utf8.Length > 0 && utf8[0] != ' ')
            bytes.Append(" "u8);
        bytes.Append(utf8);
        bytes.Reserve(UnicodeClasses.Padding).Clear();
        EncodeUtf8(bytes.Written, tokens);
    }

    private void EncodeChars(ReadOnlySpan<char> chars, int offset, TokenBuffer tokens)
    {
        using var utf8 = ByteBuffer.Rent();
        var first = tokens.Count;
        var prefix = Config.AddsPrefixSpace && chars.Length > 0 && chars[0] != ' ' ? 1 : 0;
        if (prefix > 0)
            utf8.Append(" "u8);
        // Room for the longest case spares counting, except where that would be much.
        var room = chars.Length <= 1 << 16 ? 3 * chars.Length : Encoding.UTF8.GetByteCount(chars);
        utf8.Advance(Encoding.UTF8.GetBytes(chars, utf8.Reserve(room)));
        utf8.Reserve(UnicodeClasses.Padding).Clear();
        EncodeUtf8(utf8.Written, tokens);
        if (tokens.WithPlaces)
            TextPlaces.FromBytes(tokens.Places[first..], chars, offset, prefix);
    }

    // The tokens that a piece may be looked up as.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a long loop that runs once
    private List<int> WholePieces(bool allReachable)
    {
        var pieces = new List<int>(VocabSize);
        for (var id = 0; id < VocabSize; id++)
        {
            if (Utf8.Has(id) && (Config.IgnoresMerges || allReachable ? !_added.ContainsKey(id) : _vocabulary.IsReachable(id)))
                pieces.Add(id);
        }
        return pieces;
    }

    // The text is followed by padding. Places are those of bytes.
    [SkipLocalsInit]
    private unsafe void EncodeUtf8(ReadOnlySpan<byte> utf8, TokenBuffer tokens)
    {
        Span<int> lengths = stackalloc int[256];
        fixed (byte* start = utf8)
        {
            byte* text = start, end = start + utf8.Length;
            while (text < end)
            {
                var count = Config.Pattern.Split(start, text, end, lengths);
                text = EncodePieces(start, text, lengths[..count], tokens);
            }
        }
    }

    // Returns the end of the pieces.
    private unsafe byte* EncodePieces(byte* start, byte* text, ReadOnlySpan<int> lengths, TokenBuffer tokens)
    {
        var bytes = 0;
        foreach (var length in lengths)
            bytes += length;
        var withPlaces = tokens.WithPlaces;
        fixed (int* ids = tokens.Reserve(bytes + NarrowPieceCache.MaxIds))
        {
            var next = ids;
            foreach (var length in lengths)
            {
                var first = next;
                var id = _pieces.Find(text, length);
                if (id != PieceTable.NotFound)
                    *next++ = id;
                else
                    next += Merge(text, length, next);
                if (withPlaces)
                    SetPlaces(tokens, (int)(next - first), new ReadOnlySpan<byte>(text, length), (int)(text - start));
                text += length;
            }
            if (!withPlaces)
                tokens.Advance((int)(next - ids));
        }
        return text;
    }

    private unsafe int Merge(byte* piece, int length, int* ids)
    {
        var count = _merged.Find(piece, length, ids);
        if (count > 0)
            return count;
        count = _vocabulary.Encode(new ReadOnlySpan<byte>(piece, length), new Span<int>(ids, length));
        _merged.Add(piece, length, new ReadOnlySpan<int>(ids, count));
        return count;
    }

    private void SetPlaces(TokenBuffer tokens, int count, ReadOnlySpan<byte> piece, int start)
    {
        var (first, end) = (tokens.Count, start);
        tokens.Advance(count);
        for (var i = first; i < tokens.Count; i++)
        {
            var place = end..(end + Utf8.LengthOf(tokens.Ids[i]));
            (tokens.Places[i], end) = (place, place.End.Value);
        }
        if (end != start + piece.Length)
            SetPlacesOfPartlyUnknown(tokens, first, piece, start);
        tokens.EndWord();
    }

    // Where bytes vanished, Hugging Face's library goes on counting in the UTF-8 form of the symbols, and so do we.
    private void SetPlacesOfPartlyUnknown(TokenBuffer tokens, int first, ReadOnlySpan<byte> piece, int start)
    {
        var bytes = new List<int>(); // unit of the symbols' UTF-8 form -> byte of the piece
        for (var i = 0; i < piece.Length; i++)
            bytes.AddRange(Enumerable.Repeat(i, ByteSymbols.ToSymbol(piece[i]) < 0x80 ? 1 : 2));
        var unit = 0;
        for (var i = first; i < tokens.Count; i++)
        {
            var length = Encoding.UTF8.GetByteCount(ByteSymbols.ToToken(Utf8[tokens.Ids[i]]));
            tokens.Places[i] = (start + bytes[unit])..(start + bytes[unit + length - 1] + 1);
            unit += length;
        }
    }
}
