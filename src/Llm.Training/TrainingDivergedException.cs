namespace Llm.Training;

/// <summary>
/// A loss or the gradient is not a number any more. Where the training loss or the gradient is to blame, the step was
/// not taken: the weights are those of the step before.
/// </summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    internal TrainingDivergedException(int step, string what, double value, string? checkpoint)
        : base(
            $"In step {step}, {what} is {value}. Try a lower learning rate, a longer warmup or a smaller MaxGradientNorm. "
            + (checkpoint is null ? "No checkpoint was saved before." : $"The last good checkpoint is '{checkpoint}'."))
    {
        Step = step;
    }

    /// <summary>Number of the step that failed; the first is 1.</summary>
    public int Step { get; }
}
