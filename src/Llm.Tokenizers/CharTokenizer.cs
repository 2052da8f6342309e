using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// One token a character, as in nanoGPT's Shakespeare example. Characters are Unicode scalar values, as in Python, not UTF-16 units: an
/// emoji or an astral letter is one token, and no sequence of ids decodes to half a character.
/// </summary>
public sealed class CharTokenizer : LlmTokenizer
{
    private readonly Dictionary<Rune, int> _ids = [];
    private readonly Dictionary<string, int> _named = new(StringComparer.Ordinal); // every token by its spelling
    private readonly string[] _tokens;
    private readonly int? _unknownId;

    /// <summary>A tokenizer of a fixed alphabet.</summary>
    /// <param name="tokens">The tokens in the order of their ids: characters, and longer names such as [PAD], which are special
    /// tokens.</param>
    /// <param name="unknownToken">The one of <paramref name="tokens"/> that stands for characters and ids that are not in the vocabulary;
    /// null makes them errors.</param>
    /// <exception cref="ArgumentException">A token is empty or comes twice, or the unknown token is not among them.</exception>
    public CharTokenizer(IEnumerable<string> tokens, string? unknownToken = null)
        : this([.. tokens ?? throw new ArgumentNullException(nameof(tokens))], unknownToken)
    {
    }

    private CharTokenizer(string[] tokens, string? unknownToken)
        : base(WordLists.ToUtf8(tokens), WordLists.FindSpecial(tokens, token => !IsOneCharacter(token)))
    {
        _tokens = tokens;
        for (var id = 0; id < tokens.Length; id++)
        {
            if (!_named.TryAdd(tokens[id], id))
                throw new ArgumentException($"The token '{tokens[id]}' comes twice, as {_named[tokens[id]]} and {id}.", nameof(tokens));
            if (IsOneCharacter(tokens[id]))
                _ids.Add(Rune.GetRuneAt(tokens[id], 0), id);
        }
        UnknownToken = unknownToken;
        if (unknownToken is not null)
            _unknownId = _named.TryGetValue(unknownToken, out var id) ? id : throw new ArgumentException(
                $"The unknown token '{unknownToken}' is not in the vocabulary. Add it to the tokens.", nameof(unknownToken));
    }

    /// <summary>The token that stands for what is not in the vocabulary; null where that is an error.</summary>
    public string? UnknownToken { get; }

    /// <summary>
    /// A tokenizer of the characters of a text, sorted by code point, so that the same set of characters always gives the same ids.
    /// </summary>
    /// <param name="text">The text; unpaired surrogates count as U+FFFD.</param>
    /// <param name="unknownToken">A token for other characters, which gets the last id; null makes them errors.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public static CharTokenizer FromText(ReadOnlySpan<char> text, string? unknownToken = null)
    {
        if (text.IsEmpty)
            throw new ArgumentException("The text is empty, so that there is no character to learn.", nameof(text));
        var found = new SortedSet<Rune>();
        foreach (var rune in text.EnumerateRunes())
            found.Add(rune);
        var tokens = found.Select(rune => rune.ToString()).ToList();
        if (unknownToken is not null && !tokens.Contains(unknownToken))
            tokens.Add(unknownToken);
        return new CharTokenizer(tokens, unknownToken);
    }

    /// <inheritdoc/>
    public override string? IdToToken(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <inheritdoc/>
    public override int? TokenToId(string token) => _named.TryGetValue(token, out var id) ? id : null;

    /// <summary>
    /// Writes tokenizer.json and tokenizer_config.json: in Hugging Face's terms a WordLevel model over single characters, which its
    /// libraries read with the same ids.
    /// </summary>
    public override void Save(string folder) => WordLevelFiles.Write(this, folder);

    private protected override void EncodePart(ReadOnlySpan<char> text, Range part, TokenBuffer tokens)
    {
        var (index, end) = (part.Start.Value, part.End.Value);
        while (index < end)
        {
            Rune.DecodeFromUtf16(text[index..end], out var rune, out var length); // an unpaired surrogate gives U+FFFD
            var id = _ids.TryGetValue(rune, out var known) ? known : _unknownId ?? throw UnknownCharacter(text, rune, index);
            tokens.Add(id, index..(index + length));
            tokens.EndWord();
            index += length;
        }
    }

    private protected override int ReplaceUnknownId(int id, int index) => _unknownId ?? base.ReplaceUnknownId(id, index);

    private ArgumentException UnknownCharacter(ReadOnlySpan<char> text, Rune rune, int index) => new(
        $"The character '{rune}' (U+{rune.Value:X4}) at index {index} is not in the vocabulary of {_ids.Count} characters. "
        + "Train the tokenizer on text that contains it, or give it an unknown token.", nameof(text));

    private static bool IsOneCharacter(string token) =>
        Rune.TryGetRuneAt(token, 0, out var rune) && rune.Utf16SequenceLength == token.Length;
}
