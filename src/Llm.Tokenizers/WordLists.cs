using System.Text;

namespace Llm.Tokenizers;

/// <summary>What tokenizers of whole words and characters share: tokens in the order of their ids.</summary>
internal static class WordLists
{
    /// <exception cref="ArgumentException">A token is empty.</exception>
    public static TokenBytes ToUtf8(string[] tokens)
    {
        var empty = Array.FindIndex(tokens, string.IsNullOrEmpty);
        if (empty >= 0)
            throw new ArgumentException($"The token of id {empty} is empty. Tokens have at least one character.", nameof(tokens));
        return new TokenBytes(Array.ConvertAll(tokens, Encoding.UTF8.GetBytes));
    }

    public static AddedToken[] FindSpecial(string[] tokens, Predicate<string> isSpecial) =>
        [.. tokens.Index().Where(token => isSpecial(token.Item)).Select(token => new AddedToken(token.Item, token.Index))];
}
