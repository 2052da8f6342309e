namespace Llm.Sampling;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>It has as many tokens as the options allow.</summary>
    Length,

    /// <summary>The model chose one of <see cref="GenerationOptions.StopTokens"/>.</summary>
    StopToken,

    /// <summary>The text holds one of <see cref="GenerationOptions.StopStrings"/>.</summary>
    StopString,

    /// <summary>The text is as long as the model's context, and the options say to stop there.</summary>
    ContextFull,
}
