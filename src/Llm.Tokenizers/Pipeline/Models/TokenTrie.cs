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

    private readonly int[] _ids; // node -> id of the token that ends there
    private readonly int[] _starts; // node -> where its children start; one entry more than there are nodes
    private readonly char[] _characters; // of the children, in order within each node
    private readonly int[] _children;
    private readonly int[] _first; // character -> child of the root, which has too many to search

    /// <param name="tokens">Where a token comes again, its last id counts. The empty token is never found.</param>
    /// <exception cref="FormatException">A token is too long.</exception>
    public TokenTrie(IEnumerable<(string Token, int Id)> tokens)
    {
        var children = new Dictionary<ulong, int>(); // node and character -> node
        var ids = new List<int> { None };
        foreach (var (token, id) in tokens)
            Add(token, id, children, ids);
        var keys = children.Keys.ToArray();
        Array.Sort(keys);
        _ids = [.. ids];
        _starts = new int[ids.Count + 1];
        _characters = Array.ConvertAll(keys, key => (char)key);
        _children = Array.ConvertAll(keys, key => children[key]);
        foreach (var key in keys)
            _starts[(key >> 16) + 1]++;
        for (var node = 0; node < ids.Count; node++)
            _starts[node + 1] += _starts[node];
        _first = new int[_starts[1] == 0 ? 0 : _characters[_starts[1] - 1] + 1];
        _first.AsSpan().Fill(None);
        for (var i = 0; i < _starts[1]; i++)
            _first[_characters[i]] = _children[i];
    }

    /// <summary>One step of a walk; <see cref="None"/> where no token goes on so.</summary>
    public int Next(int node, char character)
    {
        if (node == Root)
            return character < _first.Length ? _first[character] : None;
        var (start, count) = (_starts[node], _starts[node + 1] - _starts[node]);
        if (count <= 4)
        {
            for (var i = start; i < start + count; i++)
            {
                if (_characters[i] == character)
                    return _children[i];
            }
            return None;
        }
        var found = _characters.AsSpan(start, count).BinarySearch(character);
        return found < 0 ? None : _children[start + found];
    }

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

    private static void Add(string token, int id, Dictionary<ulong, int> children, List<int> ids)
    {
        if (token.Length > MaxTokenLength)
            throw new FormatException(
                $"The token '{ModelVocabulary.Short(token)}' has {token.Length} characters; at most {MaxTokenLength} are allowed.");
        var node = Root;
        foreach (var character in token)
        {
            ref var child = ref CollectionsMarshal.GetValueRefOrAddDefault(children, (ulong)node << 16 | character, out var exists);
            if (!exists)
            {
                child = ids.Count;
                ids.Add(None);
            }
            node = child;
        }
        if (node != Root)
            ids[node] = id;
    }
}
