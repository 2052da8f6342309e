namespace Llm.Sampling;

/// <summary>What a generation has used.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="GeneratedTokens">Tokens generated so far, an end token included.</param>
public readonly record struct TokenUsage(int PromptTokens, int GeneratedTokens)
{
    /// <summary>Both together.</summary>
    public int TotalTokens => PromptTokens + GeneratedTokens;
}
