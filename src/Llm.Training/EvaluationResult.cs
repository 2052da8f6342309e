using System.Text.Json.Serialization;

namespace Llm.Training;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Loss">Mean cross-entropy in nats, each predicted token counting alike.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Bytes">UTF-8 bytes of the text, where known.</param>
public sealed record EvaluationResult(double Loss, long Tokens, long? Bytes = null)
{
    /// <summary>exp(loss): among how many equally likely tokens the model would be as unsure.</summary>
    [JsonIgnore] public double Perplexity => Math.Exp(Loss);

    /// <summary>
    /// Bits to code a byte of the text with the model's predictions, comparable between tokenizers; null where the bytes are not known.
    /// </summary>
    [JsonIgnore] public double? BitsPerByte => Loss * Tokens / Math.Log(2) / Bytes;
}
