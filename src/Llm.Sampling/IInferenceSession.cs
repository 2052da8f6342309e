namespace Llm.Sampling;

/// <summary>
/// An inference back-end at work on one text: gives the logits of the token that comes next. The generators know no more than this of a
/// model, so that other code than torch can do the work.
/// </summary>
internal interface IInferenceSession : IDisposable
{
    /// <summary>Starts anew with these tokens, at positions from 0.</summary>
    /// <param name="ids">At least one id, at most as many as the model's context.</param>
    /// <param name="logits">Takes the logits (V) after the last of them.</param>
    void Prefill(ReadOnlySpan<int> ids, Span<float> logits);

    /// <summary>Goes on with one more token.</summary>
    /// <param name="id">The token.</param>
    /// <param name="logits">Takes the logits (V) after it.</param>
    void Next(int id, Span<float> logits);
}
