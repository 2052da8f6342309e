namespace Llm.Sampling;

/// <summary>One generated token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="FinishReason">Why the text ends with it; null where it goes on.</param>
public readonly record struct GeneratedToken(int Id, FinishReason? FinishReason);
