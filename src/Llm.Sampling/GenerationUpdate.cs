namespace Llm.Sampling;

/// <summary>What one generated token adds to the text.</summary>
/// <param name="Id">The token.</param>
/// <param name="Text">Text that became certain with it; empty while a character is incomplete or a stop string possible.</param>
/// <param name="FinishReason">Why the text ends here; null where it goes on.</param>
/// <param name="Usage">Tokens used so far.</param>
public readonly record struct GenerationUpdate(int Id, string Text, FinishReason? FinishReason, TokenUsage Usage);
