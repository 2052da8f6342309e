using System.Buffers;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Finds added tokens in a text: the leftmost first, the longest of those that start there; as Hugging Face's library does.
/// </summary>
internal sealed class AddedTokenFinder
{
    private static readonly Lazy<CodePointSet> WordCharacters = new(() => UnicodeProperties.Get("word"));

    private readonly (string Spelling, AddedToken Token)[] _tokens; // the longest first
    private readonly SearchValues<string> _spellings;

    /// <param name="tokens">How each token is spelled in the texts. What has no spelling is never found.</param>
    public AddedTokenFinder(IEnumerable<(string Spelling, AddedToken Token)> tokens)
    {
        _tokens = [.. tokens.Where(token => token.Spelling.Length > 0).OrderByDescending(token => token.Spelling.Length)];
        _spellings = SearchValues.Create([.. _tokens.Select(token => token.Spelling)], StringComparison.Ordinal);
    }

    /// <summary>Whether a text spells any of the tokens.</summary>
    public bool HasAny(ReadOnlySpan<char> text) => text.ContainsAny(_spellings);

    /// <summary>Appends the parts of a part of a text: an added token, or text between them (no token).</summary>
    /// <exception cref="ArgumentException">The policy forbids special tokens and the text holds one.</exception>
    public void Split(ReadOnlySpan<char> text, Range part, SpecialTokenPolicy policy, List<(Range Place, AddedToken? Token)> parts)
    {
        var (first, end) = (part.Start.Value, part.End.Value);
        var (done, search) = (first, first);
        while (search < end && text[search..end].IndexOfAny(_spellings) is >= 0 and var found)
        {
            var start = search + found;
            search = start + 1;
            if (FindAt(text[..end], start, policy) is not (var spelling, { } token))
                continue;
            var stop = search = start + spelling.Length;
            if (token.IsSingleWord && !IsSingleWord(text[first..end], start - first, stop - first))
                continue;
            if (token.StripsLeft)
                start = start > done ? done + text[done..start].TrimEnd().Length : done;
            if (start > stop)
                continue;
            if (token.StripsRight)
                stop = end - text[stop..end].TrimStart().Length;
            if (start > done)
                parts.Add((done..start, null));
            parts.Add((start..stop, token));
            done = stop; // the search goes on before that: a token within the white space that this one took is found all the same
        }
        if (done < end)
            parts.Add((done..end, null));
    }

    private (string Spelling, AddedToken? Token) FindAt(ReadOnlySpan<char> text, int start, SpecialTokenPolicy policy)
    {
        foreach (var (spelling, token) in _tokens)
        {
            if (!text[start..].StartsWith(spelling, StringComparison.Ordinal))
                continue;
            if (token.IsSpecial && policy.Throws)
                throw new ArgumentException(
                    $"The text holds the special token {token.Content} at index {start}. Encode it with SpecialTokenPolicy.AsText to take "
                    + "it as text, or with SpecialTokenPolicy.Allow to turn it into its id.", nameof(text));
            if (!token.IsSpecial || policy.Allows(token.Content))
                return (spelling, token);
        }
        return ("", null);
    }

    private static bool IsSingleWord(ReadOnlySpan<char> text, int start, int stop)
    {
        Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
        Rune.DecodeFromUtf16(text[stop..], out var after, out _);
        return (start == 0 || !WordCharacters.Value.Contains(before.Value))
            && (stop == text.Length || !WordCharacters.Value.Contains(after.Value));
    }
}
