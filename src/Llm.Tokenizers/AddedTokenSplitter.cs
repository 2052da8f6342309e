using System.Buffers;
using System.Globalization;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Finds added tokens in a text: the leftmost first, the longest of those that start there; as Hugging Face's library does.
/// </summary>
internal sealed class AddedTokenSplitter
{
    private readonly AddedToken[][] _passes; // what is not normalized comes first; the longest first in each
    private readonly SearchValues<string>[] _contents;

    public AddedTokenSplitter(IReadOnlyList<AddedToken> tokens)
    {
        _passes = [.. tokens.GroupBy(token => token.IsNormalized).OrderBy(pass => pass.Key)
            .Select(pass => pass.OrderByDescending(token => token.Content.Length).ToArray())];
        _contents = [.. _passes.Select(pass => SearchValues.Create([.. pass.Select(token => token.Content)], StringComparison.Ordinal))];
    }

    /// <summary>Cuts a text into parts: an added token, or text between them (no token).</summary>
    /// <exception cref="ArgumentException">The policy forbids special tokens and the text holds one.</exception>
    public List<(Range Place, AddedToken? Token)> Split(ReadOnlySpan<char> text, SpecialTokenPolicy policy)
    {
        List<(Range Place, AddedToken? Token)> parts = [(..text.Length, null)];
        for (var pass = 0; pass < _passes.Length; pass++)
        {
            List<(Range Place, AddedToken? Token)> finer = [];
            foreach (var part in parts)
            {
                if (part.Token is null)
                    SplitPart(text, part.Place, pass, policy, finer);
                else
                    finer.Add(part);
            }
            parts = finer;
        }
        return parts;
    }

    private void SplitPart(
        ReadOnlySpan<char> text, Range part, int pass, SpecialTokenPolicy policy, List<(Range Place, AddedToken? Token)> parts)
    {
        var (done, end) = (part.Start.Value, part.End.Value);
        var search = done;
        while (search < end && text[search..end].IndexOfAny(_contents[pass]) is >= 0 and var found)
        {
            var start = search + found;
            search = start + 1;
            if (FindAt(text[..end], start, _passes[pass], policy) is not { } token)
                continue;
            var stop = start + token.Content.Length;
            if (token.StripsLeft)
                start = done + text[done..start].TrimEnd().Length;
            if (token.StripsRight)
                stop = end - text[stop..end].TrimStart().Length;
            if (start > done)
                parts.Add((done..start, null));
            parts.Add((start..stop, token));
            search = done = stop;
        }
        if (done < end)
            parts.Add((done..end, null));
    }

    private static AddedToken? FindAt(ReadOnlySpan<char> text, int start, AddedToken[] tokens, SpecialTokenPolicy policy)
    {
        foreach (var token in tokens)
        {
            if (!text[start..].StartsWith(token.Content, StringComparison.Ordinal))
                continue;
            if (token.IsSpecial && policy.Throws)
                throw new ArgumentException(
                    $"The text holds the special token {token.Content} at index {start}. Encode it with SpecialTokenPolicy.AsText to take it "
                    + "as text, or with SpecialTokenPolicy.Allow to turn it into its id.", nameof(text));
            if (token.IsSpecial && !policy.Allows(token.Content))
                continue;
            if (!token.IsSingleWord || IsSingleWord(text, start, start + token.Content.Length))
                return token;
        }
        return null;
    }

    private static bool IsSingleWord(ReadOnlySpan<char> text, int start, int stop)
    {
        Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
        Rune.DecodeFromUtf16(text[stop..], out var after, out _);
        return (start == 0 || !IsWordCharacter(before)) && (stop == text.Length || !IsWordCharacter(after));
    }

    // \w of Unicode's UTS 18: letters, marks, decimal digits, connectors.
    private static bool IsWordCharacter(Rune rune) => Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
}
