using System.Text;

namespace Llm.Tokenizers;

/// <summary>One token a word between white space; the text is lower-cased first. Decoding joins words with single spaces.</summary>
public sealed class WordTokenizer : LlmTokenizer
{
    /// <summary>The usual name of the padding token.</summary>
    public const string Padding = "[PAD]";

    /// <summary>The usual name of the token for words that are not in the vocabulary.</summary>
    public const string Unknown = "[UNK]";

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly string[] _tokens;
    private readonly int _unknownId;

    /// <summary>A tokenizer of a fixed vocabulary.</summary>
    /// <param name="tokens">Words and special tokens in the order of their ids.</param>
    /// <param name="specialTokens">Which of the tokens are special, the unknown token among them; [PAD] and [UNK] if null.</param>
    /// <param name="unknownToken">The token for words that are not in the vocabulary.</param>
    /// <param name="lowerCases">Whether texts are lower-cased.</param>
    /// <exception cref="ArgumentException">A token is empty or comes twice, or a special token is not among them.</exception>
    public WordTokenizer(
        IEnumerable<string> tokens,
        IReadOnlyCollection<string>? specialTokens = null,
        string unknownToken = Unknown,
        bool lowerCases = true)
        : this(
            [.. tokens ?? throw new ArgumentNullException(nameof(tokens))],
            specialTokens ?? [Padding, Unknown],
            unknownToken,
            lowerCases)
    {
    }

    private WordTokenizer(string[] tokens, IReadOnlyCollection<string> specialTokens, string unknownToken, bool lowerCases)
        : base(WordLists.ToUtf8(tokens), WordLists.FindSpecial(tokens, specialTokens.Contains))
    {
        (_tokens, UnknownToken, LowerCases) = (tokens, unknownToken, lowerCases);
        for (var id = 0; id < tokens.Length; id++)
        {
            if (!_ids.TryAdd(tokens[id], id))
                throw new ArgumentException($"The token '{tokens[id]}' comes twice, as {_ids[tokens[id]]} and {id}.", nameof(tokens));
        }
        if (specialTokens.Append(unknownToken).FirstOrDefault(token => !_ids.ContainsKey(token)) is { } missing)
            throw new ArgumentException(
                $"The special token '{missing}' is not in the vocabulary. Add it to the tokens.", nameof(specialTokens));
        _unknownId = _ids[unknownToken];
    }

    /// <summary>The token that stands for words that are not in the vocabulary.</summary>
    public string UnknownToken { get; }

    /// <summary>Whether texts are lower-cased.</summary>
    public bool LowerCases { get; }

    /// <summary>A tokenizer of the words of a text: [PAD], [UNK], then the words sorted by code point.</summary>
    /// <exception cref="ArgumentException">The text has no word.</exception>
    public static WordTokenizer FromText(string text, bool lowerCases = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new SortedSet<string>(CodePointOrder.Comparer);
        foreach (var place in FindWords(text, ..text.Length))
            words.Add(Normalize(text.AsSpan()[place], lowerCases));
        words.ExceptWith([Padding, Unknown]);
        if (words.Count == 0)
            throw new ArgumentException("The text has no words to learn.", nameof(text));
        return new WordTokenizer([Padding, Unknown, .. words], lowerCases: lowerCases);
    }

    /// <inheritdoc/>
    public override string? IdToToken(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <inheritdoc/>
    public override int? TokenToId(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>
    /// Writes tokenizer.json and tokenizer_config.json: in Hugging Face's terms a WordLevel model, which its libraries read with the same
    /// ids.
    /// </summary>
    public override void Save(string folder) => WordLevelFiles.Write(this, folder);

    private protected override ReadOnlySpan<byte> Separator => " "u8;

    private protected override void EncodePart(ReadOnlySpan<char> text, Range part, TokenBuffer tokens)
    {
        foreach (var place in FindWords(text, part))
        {
            tokens.Add(_ids.TryGetValue(Normalize(text[place], LowerCases), out var id) ? id : _unknownId, place);
            tokens.EndWord();
        }
    }

    /// <summary>The places of the words in a part of a text.</summary>
    internal static List<Range> FindWords(ReadOnlySpan<char> text, Range part)
    {
        var words = new List<Range>();
        var (start, end) = (part.Start.Value, part.End.Value);
        for (var index = start; index <= end; index++)
        {
            if (index < end && !char.IsWhiteSpace(text[index]))
                continue;
            if (index > start)
                words.Add(start..index);
            start = index + 1;
        }
        return words;
    }

    // The capital I with a dot is the one letter whose lower case has two code points, in Python and in Hugging Face's library alike.
    internal static string Normalize(ReadOnlySpan<char> word, bool lowerCases)
    {
        var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(word.ToArray())); // unpaired surrogates become U+FFFD
        return lowerCases ? wellFormed.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant() : wellFormed;
    }
}
