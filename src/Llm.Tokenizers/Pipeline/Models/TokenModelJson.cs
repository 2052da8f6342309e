using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Reads the section model of tokenizer.json.</summary>
internal static class TokenModelJson
{
    public const string Bpe = "BPE";
    public const string WordPiece = "WordPiece";
    public const string WordLevel = "WordLevel";
    public const string Unigram = "Unigram";

    /// <inheritdoc cref="TokenModel.Read"/>
    public static TokenModel Read(JsonElement json)
    {
        try
        {
            return FindType(json) switch
            {
                Bpe => BpeModel.FromJson(json),
                WordPiece => WordPieceModel.FromJson(json),
                WordLevel => WordLevelModel.FromJson(json),
                Unigram => UnigramModel.FromJson(json),
                var other => throw new NotSupportedException(
                    $"The model type '{ModelVocabulary.Short(other)}' is not supported. Supported: BPE, WordPiece, Unigram and WordLevel."),
            };
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The section model is not valid. {error.Message}", error);
        }
    }

    /// <exception cref="FormatException">The property is missing.</exception>
    public static JsonElement Require(JsonElement json, string name) =>
        json.Find(name) ?? throw new FormatException($"It has no {name}.");

    /// <exception cref="FormatException">The property is missing.</exception>
    public static string RequireString(JsonElement json, string name) => Require(json, name).GetString()!;

    /// <summary>What encoding a piece ends in when no token covers it and there is no token for the unknown.</summary>
    public static ArgumentException UnknownPiece(string piece) => new(
        $"The vocabulary does not cover '{ModelVocabulary.Short(piece)}', and has no unknown token.");

    // Files of before 2020 have no type: Hugging Face's library tells the models by their fields, in this order.
    private static string FindType(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException("It is not an object.");
        if (json.FindString("type") is { } type)
            return type;
        if (json.Find("merges") is not null)
            return Bpe;
        if (json.Find("vocab")?.ValueKind == JsonValueKind.Array)
            return Unigram;
        return json.Find("max_input_chars_per_word") is null ? WordLevel : WordPiece;
    }
}
