using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// tiktoken's rank files: one token a line, its bytes in base64 and its rank, which is its id. In the data packages of
/// Microsoft.ML.Tokenizers a line with the capacity comes first, and the rank of a token is the number of its line.
/// </summary>
internal static class RankFile
{
    private const string CapacityHeader = "Capacity: ";

    /// <summary>
    /// The tokens of a file, with the merges that tiktoken's rule (join the neighbours whose bytes have the lowest rank) amounts to.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is not as described, or a token or rank comes twice, or a single byte is
    /// missing.</exception>
    public static BpeVocabulary Read(Stream file, IReadOnlyList<AddedToken> added)
    {
        var tokens = new TokenBytes(ReadTokens(file));
        var byteIds = BpeVocabulary.IdsOfBytes(tokens);
        if (byteIds.Contains(-1))
            throw new InvalidDataException($"The rank file has no token for the byte 0x{Array.IndexOf(byteIds, -1):X2}. It needs all 256.");
        if (added.FirstOrDefault(token => tokens.Has(token.Id)) is { } clash)
            throw new ArgumentException(
                $"The added token '{clash.Content}' has the id {clash.Id}, which a token of the rank file has.", nameof(added));
        return new BpeVocabulary(tokens, [.. FindMerges(tokens, byteIds)], added);
    }

    /// <summary>Writes the learned tokens of a tokenizer.</summary>
    /// <exception cref="NotSupportedException">tiktoken's rule would give other ids than the tokenizer.</exception>
    public static void Write(ByteLevelBpeTokenizer tokenizer, Stream file)
    {
        var vocabulary = tokenizer.Learned;
        var added = tokenizer.AddedTokens.Select(token => token.Id).ToHashSet();
        int[] learned = [.. Enumerable.Range(0, vocabulary.Tokens.Count).Where(id => vocabulary.Tokens.Has(id) && !added.Contains(id))];
        if (!tokenizer.Config.IgnoresMerges && !learned.All(vocabulary.IsReachable))
            throw new NotSupportedException(
                "tiktoken takes a piece that is a token whole, and merging would not give all tokens of this tokenizer.");
        using var content = new MemoryStream();
        using (var lines = new StreamWriter(content, leaveOpen: true) { NewLine = "\n" })
        {
            foreach (var id in learned)
                lines.WriteLine($"{Convert.ToBase64String(vocabulary.Tokens[id])} {id}");
        }
        if (!FollowsRanks(content, vocabulary))
            throw new NotSupportedException(
                "tiktoken merges in the order of ids and needs all 256 bytes; this tokenizer merges in another order, or lacks a byte.");
        content.WriteTo(file);
    }

    private static bool FollowsRanks(MemoryStream content, BpeVocabulary vocabulary)
    {
        try
        {
            content.Position = 0;
            return Read(content, []).Merges.AsSpan().SequenceEqual(vocabulary.Merges);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    // A token's own bytes, merged with the lower ranks, leave the two tokens that it is made of.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a long loop that runs once
    private static List<BpeMerge> FindMerges(TokenBytes tokens, int[] byteIds)
    {
        var merges = new List<BpeMerge>(tokens.Count);
        var table = new MergeTable(tokens.Count);
        var ids = new int[Enumerable.Range(0, tokens.Count).Max(tokens.LengthOf)];
        for (var id = 0; id < tokens.Count; id++)
        {
            var bytes = tokens[id];
            for (var i = 0; i < bytes.Length; i++)
                ids[i] = byteIds[bytes[i]];
            if (bytes.Length < 2 || BytePairMerging.Merge(ids.AsSpan(0, bytes.Length), table) != 2)
                continue; // a byte, or a token that only a whole piece can be
            merges.Add(new BpeMerge(ids[0], ids[1], id));
            table.Add(merges[^1]);
        }
        return merges;
    }

    private static byte[]?[] ReadTokens(Stream file)
    {
        var tokens = new List<byte[]?>();
        var known = new HashSet<string>();
        using var text = new StreamReader(file, Encoding.ASCII, leaveOpen: true);
        var line = text.ReadLine();
        var hasRanks = line?.StartsWith(CapacityHeader, StringComparison.Ordinal) != true;
        for (var number = hasRanks ? 0 : -1; line is not null; line = text.ReadLine(), number++)
        {
            if (line.Length == 0 || number < 0)
                continue;
            var (token, rank) = Parse(line, hasRanks ? null : number);
            if (token is null || rank is < 0 or >= MergeTable.MaxIds)
                throw new InvalidDataException($"'{line}' in the rank file is not a token in base64 and its rank.");
            while (tokens.Count <= rank)
                tokens.Add(null);
            if (tokens[rank] is not null || !known.Add(Convert.ToBase64String(token)))
                throw new InvalidDataException($"'{line}' in the rank file repeats a token or a rank.");
            tokens[rank] = token;
        }
        return [.. tokens];
    }

    private static (byte[]? Token, int Rank) Parse(string line, int? number)
    {
        var end = number is null ? line.IndexOf(' ') : line.Length;
        if (end < 1 || !Base64.IsValid(line.AsSpan(0, end)))
            return (null, 0);
        var rank = number ?? 0;
        if (number is null && !int.TryParse(line.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out rank))
            return (null, 0);
        return (Convert.FromBase64String(line[..end]), rank);
    }
}
