using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Token ↔ id of a <see cref="TokenModel"/>. Ids may have holes.</summary>
internal sealed class ModelVocabulary
{
    /// <summary>Ids must be below this, so that a small file cannot ask for a huge table.</summary>
    public const int MaxIds = MergeTable.MaxIds;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsOfSpans;
    private readonly string?[] _tokens;

    /// <param name="ids">Token → id.</param>
    /// <exception cref="FormatException">There is no token, an id is out of range, or two tokens have the same.</exception>
    public ModelVocabulary(IEnumerable<KeyValuePair<string, int>> ids)
    {
        _ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, id) in ids)
        {
            if (id is < 0 or >= MaxIds)
                throw new FormatException($"The token '{Short(token)}' has the id {id}. Ids are 0 to {MaxIds - 1}.");
            _ids[token] = id; // a name that JSON repeats counts as written last
        }
        if (_ids.Count == 0)
            throw new FormatException("Its vocab is empty. A vocabulary has at least one token.");
        _idsOfSpans = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new string?[_ids.Values.Max() + 1];
        foreach (var (token, id) in _ids)
        {
            if (_tokens[id] is { } other)
                throw new FormatException($"The tokens '{Short(other)}' and '{Short(token)}' both have the id {id}.");
            _tokens[id] = token;
        }
    }

    /// <summary>One more than the largest id.</summary>
    public int Size => _tokens.Length;

    /// <summary>Tokens and ids, in the order of ids.</summary>
    public IEnumerable<(string Token, int Id)> InOrder =>
        _tokens.Index().Where(entry => entry.Item is not null).Select(entry => (entry.Item!, entry.Index));

    public string? this[int id] => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public int? Find(ReadOnlySpan<char> token) => _idsOfSpans.TryGetValue(token, out var id) ? id : null;

    /// <summary>The id of the token for what the others do not cover.</summary>
    /// <exception cref="FormatException">The vocabulary lacks it.</exception>
    public int FindUnknown(string token) => Find(token) ?? throw new FormatException(
        $"Its unk_token is '{Short(token)}', which its vocabulary lacks. Add it to the vocabulary, or name a token that is there.");

    /// <summary>An object with a number for each token.</summary>
    /// <exception cref="FormatException">It is not such an object.</exception>
    public static ModelVocabulary Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException("Its vocab is not an object with an id for each token.");
        return new ModelVocabulary(
            json.EnumerateObject().Select(token => KeyValuePair.Create(token.Name, ReadId(token.Value, token.Name))));
    }

    public JsonObject ToJson() => new(InOrder.Select(token => KeyValuePair.Create(token.Token, (JsonNode?)token.Id)));

    /// <summary>A token as an error message shows it.</summary>
    public static string Short(ReadOnlySpan<char> token) => token.Length <= 40 ? token.ToString() : $"{token[..40]}…";

    /// <summary>The id of a token, which may still be too large.</summary>
    /// <exception cref="FormatException">It is no whole number, or beyond all bounds.</exception>
    public static int ReadId(JsonElement id, string token) => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number)
        ? number
        : throw new FormatException($"The token '{Short(token)}' has the id {Short(id.GetRawText())}. Ids are 0 to {MaxIds - 1}.");
}
