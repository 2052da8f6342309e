using Microsoft.Extensions.Logging;

namespace Llm.Training;

/// <summary>What a training logs.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Training from step {Step} to {Steps} on {Data}.")]
    public static partial void Started(this ILogger logger, int step, int steps, string data);

    [LoggerMessage(Level = LogLevel.Information, Message = "Step {Step}: validation loss {Loss}, perplexity {Perplexity}.")]
    public static partial void Evaluated(this ILogger logger, int step, double loss, double perplexity);

    [LoggerMessage(Level = LogLevel.Information, Message = "Saved step {Step} to '{Folder}'.")]
    public static partial void Saved(this ILogger logger, string folder, int step);

    [LoggerMessage(Level = LogLevel.Information, Message = "Resumed step {Step} from '{Folder}'.")]
    public static partial void Resumed(this ILogger logger, string folder, int step);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The model has the weights of step {Step} back, whose validation loss {Loss} was the best.")]
    public static partial void ReloadedBest(this ILogger logger, int step, double loss);

    [LoggerMessage(Level = LogLevel.Information, Message = "Training ended ({Reason}) after step {Step} and {Tokens} tokens.")]
    public static partial void Ended(this ILogger logger, StopReason reason, int step, long tokens);
}
