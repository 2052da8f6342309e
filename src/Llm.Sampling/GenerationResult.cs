namespace Llm.Sampling;

/// <summary>A generated text.</summary>
/// <param name="Text">The new text, without the prompt.</param>
/// <param name="Ids">The new tokens, an end token and the tokens of a stop string included.</param>
/// <param name="FinishReason">Why the text ends.</param>
/// <param name="Usage">Tokens used.</param>
public sealed record GenerationResult(string Text, IReadOnlyList<int> Ids, FinishReason FinishReason, TokenUsage Usage);
