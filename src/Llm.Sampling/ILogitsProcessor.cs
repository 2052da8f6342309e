namespace Llm.Sampling;

/// <summary>Changes the scores of the next token before one is chosen: one step of a list that is applied in order.</summary>
/// <remarks>Those of this package keep no state and allocate nothing, so that one instance may serve many requests at once.</remarks>
public interface ILogitsProcessor
{
    /// <summary>Changes the logits in place.</summary>
    /// <param name="logits">Scores (V) of the next token; negative infinity for a token that must not come.</param>
    /// <param name="ids">All tokens so far, prompt included, each below V.</param>
    void Process(Span<float> logits, ReadOnlySpan<int> ids);
}
