using System.Text.Json;
using System.Text.Json.Serialization;

namespace Llm.Training;

/// <summary>Where a training stands, besides weights and optimizer: the content of trainer_state.json in a checkpoint.</summary>
public sealed record TrainerState
{
    internal const string FileName = "trainer_state.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    /// <summary>Optimizer steps done.</summary>
    public int Step { get; init; }

    /// <summary>Tokens that have counted towards the loss.</summary>
    public long TokensSeen { get; init; }

    /// <summary>Number of the batch that comes next.</summary>
    public long NextBatch { get; init; }

    /// <summary><see cref="IBatchSource.Identity"/> of the training data; null before the first step.</summary>
    public string? Data { get; init; }

    /// <summary>All evaluations so far, in order.</summary>
    public IReadOnlyList<ValidationPoint> Validation { get; init; } = [];

    /// <summary>State of the random generator of dropout, in base 64; null before the first step.</summary>
    public string? Random { get; init; }

    /// <summary>The options of the run that saved this.</summary>
    public TrainerOptions? Options { get; init; }

    /// <summary>The evaluation with the lowest loss, the first of equals; null when there was none.</summary>
    [JsonIgnore] public ValidationPoint? Best => Validation.MinBy(point => point.Result.Loss);

    internal string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="InvalidDataException">The text is not a state.</exception>
    internal static TrainerState FromJson(string json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainerState>(json, Json) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{path}' is damaged: {exception.Message}", exception);
        }
    }
}

/// <summary>An evaluation on held-out data in the course of a training.</summary>
/// <param name="Step">Optimizer steps done before it.</param>
/// <param name="Result">What it found.</param>
public sealed record ValidationPoint(int Step, EvaluationResult Result);
