using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>What a byte-pair encoding has learned: the bytes of each token and the merges in order of rank.</summary>
internal sealed class BpeVocabulary
{
    private readonly MergeTable _mergeTable;
    private readonly int[] _byteIds; // byte -> id, or -1

    /// <param name="tokens">What was learned.</param>
    /// <param name="merges">In order of rank.</param>
    /// <param name="added">Added tokens; where one has the id of a learned token, its own spelling counts.</param>
    public BpeVocabulary(TokenBytes tokens, BpeMerge[] merges, IReadOnlyList<AddedToken> added)
    {
        if (added.FirstOrDefault(token => token.Id < 0 || token.Id >= MergeTable.MaxIds) is { } outside)
            throw new ArgumentException(
                $"The added token '{outside.Content}' has the id {outside.Id}. Ids are 0 to {MergeTable.MaxIds - 1}.", nameof(added));
        Tokens = tokens.With(added);
        if (Tokens.Count > MergeTable.MaxIds)
            throw new ArgumentException($"The largest id is {Tokens.Count - 1}; ids must be below {MergeTable.MaxIds}.", nameof(tokens));
        if (merges.Length > MergeTable.MaxMerges)
            throw new ArgumentException($"There are {merges.Length} merges; at most {MergeTable.MaxMerges} are possible.", nameof(merges));
        Merges = merges;
        _mergeTable = new MergeTable(merges);
        _byteIds = IdsOfBytes(tokens);
    }

    public TokenBytes Tokens { get; }

    public BpeMerge[] Merges { get; }

    /// <summary>A vocabulary as vocab.json and merges.txt spell it.</summary>
    /// <exception cref="ArgumentException">The parts contradict each other; the message says where.</exception>
    public static BpeVocabulary FromTokens(
        IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, IReadOnlyList<AddedToken> added)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(merges);
        if (vocabulary.Count == 0)
            throw new ArgumentException("The vocabulary is empty. A vocabulary has at least one token.", nameof(vocabulary));
        var tokens = new byte[]?[Math.Clamp(vocabulary.Values.Max() + 1L, 0, MergeTable.MaxIds)];
        foreach (var (token, id) in vocabulary)
        {
            if (id < 0 || id >= MergeTable.MaxIds)
                throw new ArgumentException(
                    $"The token '{token}' has the id {id}. Ids are 0 to {MergeTable.MaxIds - 1}.", nameof(vocabulary));
            if (tokens[id] is not null || token.Length == 0)
                throw new ArgumentException($"The token '{token}' has the id {id}, which another token has as well.", nameof(vocabulary));
            tokens[id] = ByteSymbols.ToBytes(token);
        }
        foreach (var token in added)
        {
            var contradicts = vocabulary.TryGetValue(token.Content, out var id)
                ? id != token.Id
                : (uint)token.Id < (uint)tokens.Length && tokens[token.Id] is not null;
            if (contradicts)
                throw new ArgumentException(
                    $"The added token '{token.Content}' has the id {token.Id}, which contradicts the vocabulary.", nameof(added));
        }
        return new BpeVocabulary(new TokenBytes(tokens), [.. merges.Select(merge => ToIds(merge, vocabulary))], added);
    }

    /// <summary>The id of each single byte, or -1.</summary>
    public static int[] IdsOfBytes(TokenBytes tokens)
    {
        var ids = new int[256];
        Array.Fill(ids, -1);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is [var value])
                ids[value] = id;
        }
        return ids;
    }

    /// <summary>
    /// Merges the bytes of one piece into <paramref name="ids"/>, which has room for one id a byte, and returns how many ids there are.
    /// </summary>
    /// <remarks>A byte that is no token vanishes, as in Hugging Face's library.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // runs once for each token at start
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
