namespace Llm.Training;

/// <summary>What one optimizer step did.</summary>
/// <param name="Step">Number of the step; the first is 1.</param>
/// <param name="Loss">Cross-entropy in nats a token, before the update.</param>
/// <param name="GradientNorm">Length of the gradient before clipping.</param>
/// <param name="LearningRate">Rate of the update.</param>
/// <param name="Tokens">Tokens that counted towards the loss.</param>
public sealed record TrainingStep(int Step, double Loss, double GradientNorm, double LearningRate, long Tokens)
{
    /// <summary>The evaluation that <see cref="Trainer.Run"/> made after the step; null where none was due.</summary>
    public EvaluationResult? Validation { get; init; }
}
