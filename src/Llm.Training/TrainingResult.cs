namespace Llm.Training;

/// <summary>Why a run ended.</summary>
public enum StopReason
{
    /// <summary>All steps are done.</summary>
    Finished,

    /// <summary>The validation loss did not improve for <see cref="TrainerOptions.Patience"/> evaluations.</summary>
    NoImprovement,

    /// <summary>The caller asked for it.</summary>
    Cancelled,
}

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Step">Optimizer steps done since the training began.</param>
/// <param name="TokensSeen">Tokens that counted towards the loss since the training began.</param>
/// <param name="Validation">All evaluations since the training began, in order.</param>
/// <param name="Best">The evaluation with the lowest loss; null when there was none.</param>
public sealed record TrainingResult(
    StopReason Reason, int Step, long TokensSeen, IReadOnlyList<ValidationPoint> Validation, ValidationPoint? Best);
