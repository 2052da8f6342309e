using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>Tokens by their characters: finds all tokens that start at one place of a text in a single walk.</summary>
internal sealed class TokenTrie
{
    /// <summary>The longest token, in UTF-16 units: it bounds what one place of a text can cost.</summary>
    public const int MaxTokenLength = 1024;

    /// <summary>Where a walk starts.</summary>
    public const int Root = 0;

    /// <summary>Neither a place of the trie nor an id.</summary>
    public const int None = -1;

    private readonly Dictionary<ulong, int> _children = []; // node and character -> node
    private readonly List<int> _ids = [None]; // node -> id of the token that ends there

    /// <summary>Adds a token; where one comes again, its last id counts. The empty token is never found.</summary>
    /// <exception cref="FormatException">It is too long.</exception>
    public void Add(string token, int id)
    {
        if (token.Length > MaxTokenLength)
            throw new FormatException(
                $"The token '{ModelVocabulary.Short(token)}' has {token.Length} characters; at most {MaxTokenLength} are allowed.");
        var node = Root;
        foreach (var character in token)
        {
            ref var child = ref CollectionsMarshal.GetValueRefOrAddDefault(_children, Key(node, character), out var exists);
            if (!exists)
            {
                child = _ids.Count;
                _ids.Add(None);
            }
            node = child;
        }
        if (node != Root)
            _ids[node] = id;
    }

    /// <summary>One step of a walk; <see cref="None"/> where no token goes on so.</summary>
    public int Next(int node, char character) => _children.TryGetValue(Key(node, character), out var child) ? child : None;

    /// <summary>The place that a text leads to; <see cref="None"/> where no token goes on so.</summary>
    public int Walk(int node, ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length && node != None; i++)
            node = Next(node, text[i]);
        return node;
    }

    /// <summary>The longest token that a text starts with; its length is 0 if there is none.</summary>
    public (int Id, int Length) FindLongest(ReadOnlySpan<char> text, int node = Root)
    {
        var found = (Id: None, Length: 0);
        for (var i = 0; i < text.Length && node != None; i++)
        {
            node = Next(node, text[i]);
            if (node != None && _ids[node] != None)
                found = (_ids[node], i + 1);
        }
        return found;
    }

    /// <summary>The id of the token that ends at a place; <see cref="None"/> where none does.</summary>
    public int IdAt(int node) => _ids[node];

    private static ulong Key(int node, char character) => (ulong)node << 16 | character;
}
