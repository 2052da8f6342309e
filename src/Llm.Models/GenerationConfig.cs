using System.Text.Json;
using System.Text.Json.Serialization;

namespace Llm.Models;

/// <summary>How a model wants to be sampled, unless the caller says otherwise: Hugging Face's generation_config.json.</summary>
/// <remarks>A value that is null was not given in the file.</remarks>
public sealed record GenerationConfig
{
    /// <summary>Name of the file in a model folder.</summary>
    public const string FileName = "generation_config.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>Whether tokens are drawn at random rather than taken greedily.</summary>
    [JsonPropertyName("do_sample")] public bool? DoSample { get; init; }

    /// <summary>Divides the logits before the draw.</summary>
    [JsonPropertyName("temperature")] public double? Temperature { get; init; }

    /// <summary>Keeps this many of the likeliest tokens.</summary>
    [JsonPropertyName("top_k")] public int? TopK { get; init; }

    /// <summary>Keeps the likeliest tokens up to this share of the probability.</summary>
    [JsonPropertyName("top_p")] public double? TopP { get; init; }

    /// <summary>Keeps the tokens that have at least this share of the likeliest one's probability.</summary>
    [JsonPropertyName("min_p")] public double? MinP { get; init; }

    /// <summary>Makes tokens that occurred less likely.</summary>
    [JsonPropertyName("repetition_penalty")] public double? RepetitionPenalty { get; init; }

    /// <summary>Most tokens to generate.</summary>
    [JsonPropertyName("max_new_tokens")] public int? MaxNewTokens { get; init; }

    /// <summary>Most tokens in all, prompt included.</summary>
    [JsonPropertyName("max_length")] public int? MaxLength { get; init; }

    /// <summary>Id that begins a text.</summary>
    [JsonPropertyName("bos_token_id")] public int? BosTokenId { get; init; }

    /// <summary>Ids that end a text; a file holds one or a list.</summary>
    [JsonPropertyName("eos_token_id"), JsonConverter(typeof(OneOrMany))] public IReadOnlyList<int>? EosTokenIds { get; init; }

    /// <summary>Id that fills up shorter rows.</summary>
    [JsonPropertyName("pad_token_id")] public int? PadTokenId { get; init; }

    /// <summary>Entries that this library does not use; kept, so that saving loses nothing.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Other { get; init; }

    /// <summary>Reads the text of a generation_config.json.</summary>
    /// <exception cref="InvalidDataException">It is not valid JSON, or an entry has the wrong type.</exception>
    public static GenerationConfig FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<GenerationConfig>(json, Json) ?? throw new InvalidDataException($"{FileName} holds null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{FileName} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The text of a generation_config.json that Hugging Face reads.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private sealed class OneOrMany : JsonConverter<IReadOnlyList<int>>
    {
        public override IReadOnlyList<int>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number ? [reader.GetInt32()] : JsonSerializer.Deserialize<int[]>(ref reader, options);

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<int> value, JsonSerializerOptions options)
        {
            if (value.Count == 1)
                writer.WriteNumberValue(value[0]);
            else
                JsonSerializer.Serialize(writer, value.ToArray(), options);
        }
    }
}
