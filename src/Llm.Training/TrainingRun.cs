using Llm.Models;
using Microsoft.Extensions.Logging;

namespace Llm.Training;

/// <summary>One run of a trainer: steps, evaluations, checkpoints and the reasons to stop.</summary>
internal sealed class TrainingRun(
    Trainer trainer, TrainerOptions options, ILogger logger,
    IBatchSource batches, IBatchSource? validation, IProgress<TrainingStep>? progress)
{
    private readonly CheckpointFolder? _checkpoints =
        string.IsNullOrWhiteSpace(options.CheckpointFolder) ? null : new(options.CheckpointFolder, trainer.Save);

    public TrainingResult Run(CancellationToken cancellationToken)
    {
        CheckOptions();
        logger.Started(trainer.State.Step, options.Steps, batches.Identity);
        var reason = RunUntilStopped(cancellationToken);
        _checkpoints?.SaveLast();
        if (options.Patience > 0 && reason != StopReason.Cancelled)
            ReloadBest();
        var state = trainer.State;
        logger.Ended(reason, state.Step, state.TokensSeen);
        return new TrainingResult(reason, state.Step, state.TokensSeen, state.Validation, state.Best);
    }

    private void CheckOptions()
    {
        if (validation is null && (options.EvaluateEvery > 0 || options.EvaluationBatches is not null || options.Patience > 0))
        {
            throw new ArgumentException(
                "EvaluateEvery, EvaluationBatches and Patience need validation data. Give some, or leave them at their defaults.",
                nameof(validation));
        }
        if (options.Patience > 0 && trainer.State.Best is { } best && !Directory.Exists(_checkpoints!.Best))
        {
            throw new ArgumentException(
                $"The best weights so far (of step {best.Step}) should lie in '{_checkpoints.Best}', but do not. "
                + "Resume with the CheckpointFolder of the run before.", nameof(options));
        }
    }

    private StopReason RunUntilStopped(CancellationToken cancellationToken)
    {
        // An evaluation that a cancelled run left out is made up for here, so that resuming leaves no trace.
        EvaluateIfDue(cancellationToken);
        while (!cancellationToken.IsCancellationRequested && trainer.State.Step < options.Steps && !OutOfPatience())
        {
            var step = trainer.NextStep(batches);
            var result = EvaluateIfDue(cancellationToken);
            progress?.Report(step with { Validation = result });
            SaveIfDue();
        }
        if (!EvaluationIsDue && trainer.State.Step >= options.Steps)
            return StopReason.Finished;
        return OutOfPatience() ? StopReason.NoImprovement : StopReason.Cancelled;
    }

    private bool EvaluationIsDue
    {
        get
        {
            var step = trainer.State.Step;
            var isTheStep = step == 0 || step == options.Steps || (options.EvaluateEvery > 0 && step % options.EvaluateEvery == 0);
            return validation is not null && isTheStep && trainer.State.Validation.All(point => point.Step != step);
        }
    }

    // Cancelling leaves the evaluation out.
    private EvaluationResult? EvaluateIfDue(CancellationToken cancellationToken)
    {
        if (!EvaluationIsDue)
            return null;
        try
        {
            return Note(Evaluation.Of(trainer.Model, validation!, options.EvaluationBatches, cancellationToken: cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private EvaluationResult Note(EvaluationResult result)
    {
        var step = trainer.State.Step;
        if (!double.IsFinite(result.Loss))
            throw trainer.Diverged(step, "the validation loss", result.Loss);
        trainer.Add(result);
        logger.Evaluated(step, result.Loss, result.Perplexity);
        if (trainer.State.Best!.Step == step)
            _checkpoints?.SaveBest();
        return result;
    }

    private bool OutOfPatience()
    {
        var state = trainer.State;
        return options.Patience > 0 && state.Best is { } best
            && state.Validation.Count(point => point.Step > best.Step) >= options.Patience;
    }

    private void SaveIfDue()
    {
        if (options.SaveEvery > 0 && trainer.State.Step % options.SaveEvery == 0)
            _checkpoints?.SaveNumbered(trainer.State.Step, options.KeepCheckpoints);
    }

    private void ReloadBest()
    {
        if (trainer.State.Best is not { } best || best.Step == trainer.State.Step)
            return;
        using var weights = ModelFolder.OpenWeights(_checkpoints!.Best);
        trainer.Model.LoadWeights(weights);
        logger.ReloadedBest(best.Step, best.Result.Loss);
    }
}
