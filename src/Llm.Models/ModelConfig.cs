using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Llm.Models;

/// <summary>What a model is: its architecture and sizes. Stored with the weights as Hugging Face's config.json.</summary>
/// <remarks>The derived types listed here are the known architectures, by the model_type that config.json gives them.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "model_type")]
[JsonDerivedType(typeof(Gpt2Config), "gpt2")]
public abstract record ModelConfig
{
    /// <summary>Name of the file in a model folder.</summary>
    public const string FileName = "config.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        AllowOutOfOrderMetadataProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>Token ids run from 0 to this minus 1.</summary>
    [JsonIgnore] public abstract int VocabSize { get; init; }

    /// <summary>Most tokens the model can see at once.</summary>
    [JsonIgnore] public abstract int ContextLength { get; init; }

    /// <summary>Features of each token, C.</summary>
    [JsonIgnore] public abstract int HiddenSize { get; init; }

    /// <summary>Blocks.</summary>
    [JsonIgnore] public abstract int LayerCount { get; init; }

    /// <summary>Attention heads in a block, H.</summary>
    [JsonIgnore] public abstract int HeadCount { get; init; }

    /// <summary>Key and value heads in a block, G; fewer than <see cref="HeadCount"/> where queries share them.</summary>
    [JsonIgnore] public virtual int KeyValueHeadCount => HeadCount;

    /// <summary>Features of one head, D.</summary>
    [JsonIgnore] public virtual int HeadSize => HiddenSize / HeadCount;

    /// <summary>Entries of config.json that this library does not use; kept, so that saving loses nothing.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Other { get; init; }

    /// <summary>The class in Hugging Face's library that opens such a model.</summary>
    [JsonIgnore] public abstract string HuggingFaceClass { get; }

    /// <summary>Builds the model in evaluation mode.</summary>
    /// <param name="initialize">False leaves the weights unset, for a caller that assigns every one of them.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public CausalLM CreateModel(bool initialize = true)
    {
        Validate();
        using var unfilled = initialize ? null : NewParameter.Unfilled();
        var model = Create();
        model.eval();
        return model;
    }

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public virtual void Validate()
    {
        CheckPositive(VocabSize, nameof(VocabSize));
        CheckPositive(ContextLength, nameof(ContextLength));
        CheckPositive(HiddenSize, nameof(HiddenSize));
        CheckPositive(LayerCount, nameof(LayerCount));
        CheckPositive(HeadCount, nameof(HeadCount));
    }

    /// <summary>Reads the text of a config.json.</summary>
    /// <exception cref="InvalidDataException">It is not valid JSON, or its model_type is not known.</exception>
    public static ModelConfig FromJson(string json)
    {
        try
        {
            CheckModelType(json);
            return JsonSerializer.Deserialize<ModelConfig>(json, Json) ?? throw new InvalidDataException("config.json holds null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"config.json cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads config.json in <paramref name="folder"/>.</summary>
    /// <exception cref="FileNotFoundException">The folder has no config.json.</exception>
    /// <exception cref="InvalidDataException">It is not valid JSON, or its model_type is not known.</exception>
    public static ModelConfig Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"'{folder}' has no {FileName}: it is not a model folder.", path);
        return FromJson(File.ReadAllText(path));
    }

    /// <summary>The text of a config.json that Hugging Face reads.</summary>
    public string ToJson()
    {
        var json = JsonSerializer.SerializeToNode(this, Json)!.AsObject();
        json.TryAdd("architectures", new JsonArray(HuggingFaceClass));
        return json.ToJsonString(Json);
    }

    /// <summary>Writes config.json into <paramref name="folder"/>.</summary>
    public void Save(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), ToJson());

    /// <summary>Builds the model.</summary>
    private protected abstract CausalLM Create();

    private static void CheckModelType(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("config.json must hold an object.");
        if (!document.RootElement.TryGetProperty("model_type", out var type) || type.ValueKind != JsonValueKind.String)
            throw new InvalidDataException($"config.json has no model_type. Known: {KnownTypes()}.");
        if (!TypeNames().Contains(type.GetString()))
            throw new InvalidDataException($"'{type.GetString()}' is not a known model type. Known: {KnownTypes()}.");
    }

    private static string KnownTypes() => string.Join(", ", TypeNames().Order(StringComparer.Ordinal));

    private static IEnumerable<string?> TypeNames() => typeof(ModelConfig)
        .GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
        .Select(attribute => (string?)((JsonDerivedTypeAttribute)attribute).TypeDiscriminator);

    private static void CheckPositive(int value, string name)
    {
        if (value <= 0)
            throw new ArgumentException($"{name} must be at least 1, but is {value}.", name);
    }
}
