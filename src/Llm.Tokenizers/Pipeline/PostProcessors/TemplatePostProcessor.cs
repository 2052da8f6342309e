using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Puts sequences and special tokens in the order of a template: one for a single text, one for a pair.</summary>
internal sealed class TemplatePostProcessor : TokenPostProcessor
{
    private readonly TemplatePiece[] _single;
    private readonly TemplatePiece[] _pair;
    private readonly SortedDictionary<string, SpecialToken[]> _tokens;

    /// <exception cref="FormatException">A template names what does not exist.</exception>
    public TemplatePostProcessor(TemplatePiece[] single, TemplatePiece[] pair, SortedDictionary<string, SpecialToken[]> tokens)
    {
        (_single, _pair, _tokens) = (single, pair, tokens);
        if (single.Any(piece => piece.Sequence == 1))
            throw new FormatException(
                "The template 'single' of TemplateProcessing names the sequence B, which a single text does not have.");
        if (single.Concat(pair).FirstOrDefault(piece => piece.Token is { } token && !tokens.ContainsKey(token)) is { Token: { } missing })
            throw new FormatException($"A template of TemplateProcessing names '{missing}', which its special_tokens lack.");
    }

    public override IEnumerable<SpecialToken> SpecialTokens => _tokens.Values.SelectMany(tokens => tokens);

    public static new TemplatePostProcessor Read(JsonElement section)
    {
        var tokens = new SortedDictionary<string, SpecialToken[]>(StringComparer.Ordinal);
        if (section.Find("special_tokens") is not { ValueKind: JsonValueKind.Object } described)
            throw new FormatException("TemplateProcessing has no special_tokens.");
        foreach (var token in described.EnumerateObject())
            tokens[token.Name] = ReadTokens(token);
        return new TemplatePostProcessor(
            [.. section.Steps("single", TemplatePiece.Read)], [.. section.Steps("pair", TemplatePiece.Read)], tokens);
    }

    public override int CountAdded(bool isPair) =>
        (isPair ? _pair : _single).Sum(piece => piece.Token is null ? 0 : _tokens[piece.Token].Length);

    public override List<TokenSequence> Process(List<TokenSequence> sequences, bool addSpecialTokens)
    {
        if (sequences.Count > 2)
            throw new ArgumentException(
                "The tokenizer's post-processor is a Sequence in which TemplateProcessing follows what already put tokens around the text; "
                + "this is not possible.");
        var processed = new List<TokenSequence>();
        foreach (var piece in sequences.Count == 2 ? _pair : _single)
        {
            if (piece.Token is null)
                processed.Add(Place(sequences[piece.Sequence], piece));
            else if (addSpecialTokens)
                processed.Add(new TokenSequence([.. _tokens[piece.Token].Select(token => token.ToRow(piece.TypeId))]));
        }
        return processed;
    }

    public override JsonObject ToJson() => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = new JsonArray([.. _single.Select(piece => piece.ToJson())]),
        ["pair"] = new JsonArray([.. _pair.Select(piece => piece.ToJson())]),
        ["special_tokens"] = new JsonObject(
            _tokens.Select(token => KeyValuePair.Create(token.Key, (JsonNode?)ToJson(token.Key, token.Value)))),
    };

    // Windows keep the types that they have, as in Hugging Face's library.
    private static TokenSequence Place(TokenSequence sequence, TemplatePiece piece)
    {
        sequence.SetTypes(piece.TypeId);
        sequence.SetSequence(piece.Sequence);
        return sequence.Copy();
    }

    private static SpecialToken[] ReadTokens(JsonProperty described)
    {
        if (described.Value.Find("ids") is not { ValueKind: JsonValueKind.Array } ids
            || described.Value.Find("tokens") is not { ValueKind: JsonValueKind.Array } tokens
            || ids.GetArrayLength() != tokens.GetArrayLength())
            throw new FormatException($"The special token '{described.Name}' of TemplateProcessing does not have as many ids as tokens.");
        return [.. ids.EnumerateArray().Zip(tokens.EnumerateArray(), (id, token) =>
            SpecialToken.IsId(id, out var number) && token.ValueKind == JsonValueKind.String
                ? new SpecialToken(token.GetString()!, number)
                : throw new FormatException($"The special token '{described.Name}' of TemplateProcessing has the id {id} for {token}."))];
    }

    private static JsonObject ToJson(string name, SpecialToken[] tokens) => new()
    {
        ["id"] = name,
        ["ids"] = new JsonArray([.. tokens.Select(token => JsonValue.Create(token.Id))]),
        ["tokens"] = new JsonArray([.. tokens.Select(token => JsonValue.Create(token.Content))]),
    };
}
