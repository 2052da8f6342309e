using System.Text.Json.Serialization;

namespace Llm.Cli;

/// <summary>What `generate` answers.</summary>
internal sealed record GenerationAnswer(IReadOnlyList<GeneratedSequence> Sequences, UsageAnswer Usage);

/// <summary>One generated text, without the prompt.</summary>
/// <param name="Ids">The new tokens.</param>
/// <param name="Text">Their text; null where the model has no tokenizer.</param>
/// <param name="FinishReason">length, eos, stop or context_full.</param>
/// <param name="Logprobs">Log-probability of each new token; null where it was not asked for.</param>
internal sealed record GeneratedSequence(
    IReadOnlyList<int> Ids,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Text,
    string FinishReason,
    IReadOnlyList<float>? Logprobs);

/// <summary>Tokens used; the prompt counts once.</summary>
internal sealed record UsageAnswer(int PromptTokens, int CompletionTokens, int TotalTokens)
{
    public static UsageAnswer Of(int prompt, int completion) => new(prompt, completion, prompt + completion);
}
