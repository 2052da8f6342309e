using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// Byte-pair encoding of characters (Sennrich et al. 2016) with all that Hugging Face's model knows: unknown tokens, bytes for unknown
/// characters, marks for how a word goes on and where it ends.
/// </summary>
internal sealed class BpeModel : TokenModel
{
    private readonly ModelVocabulary _vocabulary;
    private readonly BpeModelOptions _options;
    private readonly BpeMerge[] _merges;
    private readonly MergeTable _mergeTable;
    private readonly CharacterIds _characters;
    private readonly ByteFallback? _bytes;
    private readonly int? _unknownId;

    /// <param name="vocabulary">Tokens and ids.</param>
    /// <param name="merges">In order of rank; where a pair comes again, the later rank counts.</param>
    /// <param name="options">All else.</param>
    /// <exception cref="FormatException">The vocabulary lacks the unknown token or one that a merge names, or a merge adds
    /// nothing.</exception>
    public BpeModel(ModelVocabulary vocabulary, IEnumerable<(string Left, string Right)> merges, BpeModelOptions options)
    {
        (_vocabulary, _options) = (vocabulary, options);
        _merges = ToIds(merges);
        _mergeTable = new MergeTable(_merges);
        _characters = new CharacterIds(vocabulary, options.ContinuingPrefix ?? "", options.WordSuffix ?? "");
        _bytes = options.FallsBackToBytes ? new ByteFallback(vocabulary.Find) : null;
        _unknownId = options.UnknownToken is null ? null : vocabulary.FindUnknown(options.UnknownToken);
    }

    public override int VocabSize => _vocabulary.Size;

    public static BpeModel FromJson(JsonElement json)
    {
        var options = BpeModelOptions.Read(json);
        var vocabulary = ModelVocabulary.Read(TokenModelJson.Require(json, "vocab"));
        return new BpeModel(vocabulary, BpeMergesJson.Read(TokenModelJson.Require(json, "merges")), options);
    }

    public override string? IdToToken(int id) => _vocabulary[id];

    public override int? TokenToId(string token) => _vocabulary.Find(token);

    public override void Encode(string piece, List<ModelToken> tokens)
    {
        if (_options.IgnoresMerges && _vocabulary.Find(piece) is { } whole)
        {
            tokens.Add(new ModelToken(whole, 0, piece.Length));
            return;
        }
        var symbols = new SymbolBuffer(piece.Length);
        try
        {
            AddSymbols(piece, ref symbols);
            symbols.Merge(_mergeTable);
            AddTokens(piece, symbols, tokens);
        }
        finally
        {
            symbols.Dispose();
        }
    }

    public override JsonObject ToJson() => new()
    {
        ["type"] = TokenModelJson.Bpe,
        ["dropout"] = _options.Dropout,
        ["unk_token"] = _options.UnknownToken,
        ["continuing_subword_prefix"] = _options.ContinuingPrefix,
        ["end_of_word_suffix"] = _options.WordSuffix,
        ["fuse_unk"] = _options.FusesUnknown,
        ["byte_fallback"] = _options.FallsBackToBytes,
        ["ignore_merges"] = _options.IgnoresMerges,
        ["vocab"] = _vocabulary.ToJson(),
        ["merges"] = BpeMergesJson.Write(_merges.Select(merge => (_vocabulary[merge.Left]!, _vocabulary[merge.Right]!))),
    };

    // One symbol a character that the vocabulary has, else its bytes, else the unknown token, else nothing.
    private void AddSymbols(string piece, ref SymbolBuffer symbols)
    {
        var unknownLength = 0; // of an unknown token that may still grow
        var index = 0;
        foreach (var rune in piece.EnumerateRunes())
        {
            var width = rune.Utf16SequenceLength;
            var (isFirst, isLast) = (index == 0, index + width == piece.Length);
            index += width;
            if (_characters.Find(rune, isFirst, isLast) is { } id)
            {
                FlushUnknown(ref symbols, ref unknownLength);
                symbols.Add(id, rune.Utf8SequenceLength);
            }
            else if (!TryAddBytes(rune, isFirst, isLast, ref symbols) && _unknownId is not null)
            {
                // Bytes do not end a run of unknown characters: so does the library that is followed here.
                if (!_options.FusesUnknown)
                    FlushUnknown(ref symbols, ref unknownLength);
                unknownLength += rune.Utf8SequenceLength;
            }
        }
        FlushUnknown(ref symbols, ref unknownLength);
    }

    private void FlushUnknown(ref SymbolBuffer symbols, ref int length)
    {
        if (length > 0)
            symbols.Add(_unknownId!.Value, length);
        length = 0;
    }

    private bool TryAddBytes(Rune rune, bool isFirst, bool isLast, ref SymbolBuffer symbols)
    {
        if (_bytes is null)
            return false;
        Span<byte> buffer = stackalloc byte[4 + 6 * 64]; // the rune, and prefix and suffix of at most 64 UTF-16 units
        var length = 0;
        if (!isFirst && _options.ContinuingPrefix is { } prefix)
            length += Encoding.UTF8.GetBytes(prefix, buffer);
        length += rune.EncodeToUtf8(buffer[length..]);
        if (isLast && _options.WordSuffix is { } suffix)
            length += Encoding.UTF8.GetBytes(suffix, buffer[length..]);
        if (!_bytes.HasAll(buffer[..length]))
            return false;
        foreach (var value in buffer[..length])
            symbols.Add(_bytes[value], 1);
        return true;
    }

    // Lengths count bytes of the piece; a token that has a part of a character has its place.
    private static void AddTokens(string piece, in SymbolBuffer symbols, List<ModelToken> tokens)
    {
        var place = new Utf8Cursor(piece);
        var position = 0;
        for (var i = 0; i < symbols.Count; i++)
        {
            var start = place.MoveTo(position).Start;
            position += symbols.Lengths[i];
            tokens.Add(new ModelToken(symbols.Ids[i], start, place.MoveTo(position - 1).End - start));
        }
    }

    private BpeMerge[] ToIds(IEnumerable<(string Left, string Right)> merges)
    {
        var ranks = new Dictionary<(int Left, int Right), (int Rank, int Result)>();
        var rank = 0;
        foreach (var (left, right) in merges)
            ranks[(IdOf(left, left, right), IdOf(right, left, right))] = (rank++, IdOf(Join(left, right), left, right));
        if (ranks.Count > MergeTable.MaxMerges)
            throw new FormatException($"It has {ranks.Count} merges; at most {MergeTable.MaxMerges} are possible.");
        return
        [
            .. from merge in ranks
               orderby merge.Value.Rank
               select new BpeMerge(merge.Key.Left, merge.Key.Right, merge.Value.Result),
        ];
    }

    private int IdOf(string token, string left, string right) => _vocabulary.Find(token) ?? throw new FormatException(
        $"The merge '{ModelVocabulary.Short(left)}' '{ModelVocabulary.Short(right)}' needs the token '{ModelVocabulary.Short(token)}', "
        + "which the vocabulary lacks.");

    // The right part is cut by the length of the prefix in bytes, whatever it starts with, as in Hugging Face's library.
    private string Join(string left, string right)
    {
        var cut = Encoding.UTF8.GetByteCount(_options.ContinuingPrefix ?? "");
        var bytes = Encoding.UTF8.GetBytes(right);
        if (left.Length == 0 || bytes.Length <= cut || (bytes[cut] & 0xC0) == 0x80)
            throw new FormatException(
                $"The merge '{ModelVocabulary.Short(left)}' '{ModelVocabulary.Short(right)}' does not join two tokens"
                + (cut == 0 ? "." : $" of which the second starts with '{_options.ContinuingPrefix}'."));
        return cut == 0 ? left + right : left + Encoding.UTF8.GetString(bytes.AsSpan(cut));
    }
}
