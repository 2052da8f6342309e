namespace Llm.Sampling;

/// <summary>What happens when a text outgrows the model's context.</summary>
public enum ContextOverflow
{
    /// <summary>
    /// The model sees the last tokens that fit, at positions that start from 0 again, as in nanoGPT. The cache is of no use then: each
    /// further token costs a pass over the whole context.
    /// </summary>
    Crop,

    /// <summary>The generation ends with <see cref="FinishReason.ContextFull"/>, and a prompt that leaves no room is an error.</summary>
    Stop,
}
