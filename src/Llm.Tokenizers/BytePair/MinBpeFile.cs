using System.Globalization;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// The .model files of karpathy/minbpe: a header, the split pattern (empty for BasicTokenizer), the special tokens, and the merges, whose
/// ids go up from 256; the ids below are the bytes.
/// </summary>
internal static class MinBpeFile
{
    private const string Header = "minbpe v1";
    private const int ByteCount = 256;
    private const int MaxTotalLength = 1 << 28; // bytes of all tokens: a short file can double a token with each line

    /// <summary>Whether a file starts like one of minbpe.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start) => start.StartsWith("minbpe v"u8);

    /// <exception cref="InvalidDataException">It is no such file; the message says in which line.</exception>
    /// <exception cref="NotSupportedException">The pattern uses something that is not supported.</exception>
    public static ByteLevelBpeTokenizer Read(Stream file)
    {
        using var text = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        var number = 0;
        try
        {
            if (Next().Trim() != Header)
                throw new FormatException($"It does not start with '{Header}'.");
            var pattern = Next().Trim();
            var added = new List<AddedToken>();
            for (var rest = ParseNumber(Next().Trim()); rest > 0; rest--)
                added.Add(ParseSpecialToken(Next().Trim()));
            var merges = new List<BpeMerge>();
            while (text.ReadLine() is { } line)
            {
                number++;
                merges.Add(ParseMerge(line, ByteCount + merges.Count));
            }
            return Build(pattern, [.. merges], added);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"It is not a file of minbpe, or it is damaged in line {number}: {error.Message}", error);
        }

        string Next()
        {
            number++;
            return text.ReadLine() ?? throw new FormatException("The file ends too early.");
        }
    }

    /// <exception cref="NotSupportedException">The tokenizer is more than such a file can say.</exception>
    public static void Write(ByteLevelBpeTokenizer tokenizer, Stream file)
    {
        if (FindObstacle(tokenizer) is { } obstacle)
            throw new NotSupportedException($"A file of minbpe cannot hold this tokenizer: {obstacle}. Save it as a folder.");
        using var text = new StreamWriter(file, leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(Header);
        text.WriteLine(tokenizer.Config.Pattern.Regex ?? "");
        text.WriteLine(tokenizer.AddedTokens.Count);
        foreach (var token in tokenizer.AddedTokens)
            text.WriteLine($"{token.Content} {token.Id}");
        foreach (var merge in tokenizer.Learned.Merges)
            text.WriteLine($"{merge.Left} {merge.Right}");
    }

    private static ByteLevelBpeTokenizer Build(string pattern, BpeMerge[] merges, List<AddedToken> added)
    {
        if (merges.Select(merge => (merge.Left, merge.Right)).Distinct().Count() != merges.Length)
            throw new FormatException("A merge comes twice.");
        if (added.FirstOrDefault(token => token.Id < ByteCount + merges.Length) is { } clash)
            throw new FormatException(
                $"The special token '{ModelVocabulary.Short(clash.Content)}' has the id {clash.Id} of another token.");
        CheckTotalLength(merges);
        byte[] bytes = [.. Enumerable.Range(0, ByteCount).Select(value => (byte)value)];
        var config = new ByteLevelBpeConfig
        {
            Pattern = pattern.Length == 0 ? SplitPattern.None : SplitPattern.FromRegex(pattern),
            AddedTokens = added,
        };
        return new ByteLevelBpeTokenizer(new BpeVocabulary(TokenBytes.FromMerges(bytes, merges), merges, added), config);
    }

    private static void CheckTotalLength(BpeMerge[] merges)
    {
        var lengths = new int[ByteCount + merges.Length];
        lengths.AsSpan(0, ByteCount).Fill(1);
        var total = 0L;
        foreach (var (left, right, result) in merges)
        {
            lengths[result] = lengths[left] + lengths[right];
            total += lengths[result];
            if (total > MaxTotalLength)
                throw new FormatException($"Its tokens have more than {MaxTotalLength} bytes together.");
        }
    }

    private static AddedToken ParseSpecialToken(string line)
    {
        var end = line.LastIndexOf(' ');
        return end > 0
            ? new AddedToken(line[..end].TrimEnd(), ParseNumber(line[(end + 1)..]))
            : throw new FormatException($"'{ModelVocabulary.Short(line)}' is not a special token and its id.");
    }

    private static BpeMerge ParseMerge(string line, int result)
    {
        var parts = line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2)
            throw new FormatException($"'{ModelVocabulary.Short(line)}' is not two ids.");
        var (left, right) = (ParseNumber(parts[0]), ParseNumber(parts[1]));
        return Math.Max(left, right) < result && result < ModelVocabulary.MaxIds
            ? new BpeMerge(left, right, result)
            : throw new FormatException($"The merge '{line}' makes the token {result}; the ids that it joins must be lower.");
    }

    private static int ParseNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < ModelVocabulary.MaxIds
            ? number
            : throw new FormatException($"'{ModelVocabulary.Short(text)}' is not a number from 0 to {ModelVocabulary.MaxIds - 1}.");

    private static string? FindObstacle(ByteLevelBpeTokenizer tokenizer)
    {
        var (vocabulary, config) = (tokenizer.Learned, tokenizer.Config);
        if (config.AddsPrefixSpace)
            return "it puts a space before the text";
        if (config.Pattern.Regex is { } pattern && (pattern != pattern.Trim() || pattern.AsSpan().IndexOfAny('\r', '\n') >= 0))
            return "its split pattern has more than one line, or white space at an end";
        if (tokenizer.AddedTokens.FirstOrDefault(token => !CanHold(token)) is { } added)
            return $"'{added.Content}' is not a plain special token without white space";
        for (var value = 0; value < ByteCount; value++)
        {
            if (vocabulary.Tokens.Count <= value || vocabulary.Tokens[value] is not [var only] || only != value)
                return $"the id {value} is not that of the byte 0x{value:X2}";
        }
        if (vocabulary.Merges.Index().Any(merge => merge.Item.Result != ByteCount + merge.Index))
            return "its ids do not follow the merges, from 256 on";
        var learned = ByteCount + vocabulary.Merges.Length;
        var other = Enumerable.Range(0, vocabulary.Tokens.Count)
            .FirstOrDefault(id => vocabulary.Tokens.Has(id) && id >= learned && tokenizer.AddedTokens.All(token => token.Id != id), -1);
        if (other >= 0 || tokenizer.AddedTokens.Any(token => token.Id < learned))
            return "it has tokens that no merge makes";
        return config.IgnoresMerges && Enumerable.Range(0, learned).Any(id => !vocabulary.IsReachable(id))
            ? "it takes pieces whole that merging would not give"
            : null;
    }

    private static bool CanHold(AddedToken token) =>
        token is { IsSpecial: true, StripsLeft: false, StripsRight: false, IsSingleWord: false, Content.Length: > 0 }
        && !token.Content.Any(char.IsWhiteSpace);
}
