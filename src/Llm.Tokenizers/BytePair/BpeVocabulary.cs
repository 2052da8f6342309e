using System.Text;

namespace Llm.Tokenizers;

/// <summary>What a byte-pair encoding has learned: the bytes of each token and the merges in order of rank.</summary>
internal sealed class BpeVocabulary
{
    private readonly MergeTable _mergeTable;
    private readonly int[] _byteIds = new int[256]; // byte -> id, or -1

    /// <param name="tokens">Id → bytes of what was learned.</param>
    /// <param name="merges">In order of rank.</param>
    /// <param name="added">Added tokens; where one has the id of a learned token, its own spelling counts.</param>
    public BpeVocabulary(IReadOnlyDictionary<int, byte[]> tokens, IReadOnlyList<BpeMerge> merges, IReadOnlyList<AddedToken> added)
    {
        var all = tokens.ToDictionary();
        foreach (var token in added)
            all[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        Tokens = new TokenBytes(all);
        if (Tokens.Count > MergeTable.MaxIds)
            throw new ArgumentException($"The largest id is {Tokens.Count - 1}; ids must be below {MergeTable.MaxIds}.", nameof(tokens));
        Merges = merges;
        _mergeTable = new MergeTable(merges);
        Array.Fill(_byteIds, -1);
        foreach (var (id, bytes) in tokens)
        {
            if (bytes.Length == 1)
                _byteIds[bytes[0]] = id;
        }
    }

    /// <summary>A vocabulary as vocab.json and merges.txt spell it.</summary>
    /// <exception cref="ArgumentException">The parts contradict each other; the message says where.</exception>
    public static BpeVocabulary FromTokens(
        IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, IReadOnlyList<AddedToken> added)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(merges);
        var tokens = new Dictionary<int, byte[]>(vocabulary.Count);
        foreach (var (token, id) in vocabulary)
        {
            if (id < 0)
                throw new ArgumentException($"The token '{token}' has the id {id}. Ids start at 0.", nameof(vocabulary));
            if (!tokens.TryAdd(id, ByteSymbols.ToBytes(token)))
                throw new ArgumentException($"The token '{token}' has the id {id}, which another token has as well.", nameof(vocabulary));
        }
        foreach (var token in added)
        {
            if (vocabulary.TryGetValue(token.Content, out var id) ? id != token.Id : tokens.ContainsKey(token.Id))
                throw new ArgumentException($"The added token '{token.Content}' has the id {token.Id}, which contradicts the vocabulary.", nameof(added));
        }
        return new BpeVocabulary(tokens, [.. merges.Select(merge => ToIds(merge, vocabulary))], added);
    }

    public TokenBytes Tokens { get; }

    public IReadOnlyList<BpeMerge> Merges { get; }

    /// <summary>Merges the bytes of one piece into <paramref name="ids"/>, which has room for one id a byte, and returns how many ids there are.</summary>
    /// <remarks>A byte that is no token vanishes, as in Hugging Face's library.</remarks>
    public int Encode(ReadOnlySpan<byte> piece, Span<int> ids)
    {
        var count = 0;
        foreach (var value in piece)
        {
            if (_byteIds[value] >= 0)
                ids[count++] = _byteIds[value];
        }
        return BytePairMerging.Merge(ids[..count], _mergeTable);
    }

    /// <summary>Whether merging the token's own bytes gives the token: only then may a piece be looked up as a whole.</summary>
    public bool IsReachable(int id)
    {
        var bytes = Tokens[id];
        Span<int> ids = bytes.Length <= 256 ? stackalloc int[bytes.Length] : new int[bytes.Length];
        return Encode(bytes, ids) == 1 && ids[0] == id;
    }

    private static BpeMerge ToIds((string Left, string Right) merge, IReadOnlyDictionary<string, int> vocabulary)
    {
        return new BpeMerge(IdOf(merge.Left), IdOf(merge.Right), IdOf(merge.Left + merge.Right));

        int IdOf(string token) => vocabulary.TryGetValue(token, out var id) ? id : throw new ArgumentException(
            $"The merge '{merge.Left} {merge.Right}' needs the token '{token}', which the vocabulary lacks.", nameof(merge));
    }
}
