using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// WordPiece as BERT uses it (Devlin et al. 2018): the longest token that a word starts with, then the longest continuation, and so on; a
/// word that cannot be cut so to its end is unknown as a whole.
/// </summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly ModelVocabulary _vocabulary;
    private readonly string _unknownToken;
    private readonly int _unknownId;
    private readonly string _continuingPrefix;
    private readonly ulong _maxCharacters;
    private readonly TokenTrie _trie;
    private readonly int _continuing; // where the tokens with the prefix start

    /// <param name="vocabulary">Tokens and ids.</param>
    /// <param name="unknownToken">Stands for words that cannot be cut.</param>
    /// <param name="continuingPrefix">What tokens that go on with a word start with: ## in BERT.</param>
    /// <param name="maxCharacters">Words with more code points are unknown: 100 in BERT.</param>
    /// <exception cref="FormatException">A token is too long, or the vocabulary lacks the unknown one.</exception>
    public WordPieceModel(ModelVocabulary vocabulary, string unknownToken, string continuingPrefix, ulong maxCharacters)
    {
        (_vocabulary, _unknownToken, _continuingPrefix, _maxCharacters) = (vocabulary, unknownToken, continuingPrefix, maxCharacters);
        _unknownId = vocabulary.FindUnknown(unknownToken);
        _trie = new TokenTrie(vocabulary.InOrder);
        _continuing = _trie.Walk(TokenTrie.Root, continuingPrefix);
    }

    public override int VocabSize => _vocabulary.Size;

    public static WordPieceModel FromJson(JsonElement json) => new(
        ModelVocabulary.Read(TokenModelJson.Require(json, "vocab")),
        TokenModelJson.RequireString(json, "unk_token"),
        TokenModelJson.RequireString(json, "continuing_subword_prefix"),
        TokenModelJson.Require(json, "max_input_chars_per_word").GetUInt64());

    public override string? IdToToken(int id) => _vocabulary[id];

    public override int? TokenToId(string token) => _vocabulary.Find(token);

    public override void Encode(string piece, List<ModelToken> tokens)
    {
        var first = tokens.Count;
        var start = IsTooLong(piece) ? -1 : 0;
        while (start >= 0 && start < piece.Length)
        {
            var (id, length) = _trie.FindLongest(piece.AsSpan(start), start == 0 ? TokenTrie.Root : _continuing);
            if (id != TokenTrie.None)
                tokens.Add(new ModelToken(id, start, length));
            start = id == TokenTrie.None ? -1 : start + length;
        }
        if (start >= 0)
            return;
        tokens.RemoveRange(first, tokens.Count - first);
        tokens.Add(new ModelToken(_unknownId, 0, piece.Length));
    }

    public override JsonObject ToJson() => new()
    {
        ["type"] = TokenModelJson.WordPiece,
        ["unk_token"] = _unknownToken,
        ["continuing_subword_prefix"] = _continuingPrefix,
        ["max_input_chars_per_word"] = _maxCharacters,
        ["vocab"] = _vocabulary.ToJson(),
    };

    private bool IsTooLong(string piece)
    {
        if ((ulong)piece.Length <= _maxCharacters)
            return false;
        var count = 0UL;
        foreach (var _ in piece.EnumerateRunes())
            count++;
        return count > _maxCharacters;
    }
}
