namespace Llm.Tokenizers;

/// <summary>
/// Finds added tokens in a text that nothing changes: first those that are not normalized, then, between them, those that are.
/// </summary>
internal sealed class AddedTokenSplitter(IReadOnlyList<AddedToken> tokens)
{
    private readonly AddedTokenFinder[] _passes = [.. tokens.GroupBy(token => token.IsNormalized).OrderBy(pass => pass.Key)
        .Select(pass => new AddedTokenFinder(pass.Select(token => (token.Content, token))))];

    /// <summary>Whether a text spells any added token, allowed or not.</summary>
    public bool HasAny(ReadOnlySpan<char> text)
    {
        foreach (var pass in _passes)
        {
            if (pass.HasAny(text))
                return true;
        }
        return false;
    }

    /// <summary>Cuts a text into parts: an added token, or text between them (no token).</summary>
    /// <exception cref="ArgumentException">The policy forbids special tokens and the text holds one.</exception>
    public List<(Range Place, AddedToken? Token)> Split(ReadOnlySpan<char> text, SpecialTokenPolicy policy)
    {
        List<(Range Place, AddedToken? Token)> parts = text.IsEmpty ? [] : [(..text.Length, null)];
        foreach (var pass in _passes)
        {
            List<(Range Place, AddedToken? Token)> finer = [];
            foreach (var part in parts)
            {
                if (part.Token is null)
                    pass.Split(text, part.Place, policy, finer);
                else
                    finer.Add(part);
            }
            parts = finer;
        }
        return parts;
    }
}
