using Llm.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Training;

/// <summary>
/// Trains a model: one optimizer step at a time (<see cref="Step"/>), as a lazy sequence of steps (<see cref="Train"/>), or as a whole run
/// with evaluations and checkpoints (<see cref="Run"/>). Not thread-safe.
/// </summary>
/// <remarks>
/// Move, resize and freeze the model before making its trainer: the optimizer holds on to the parameters that it is given.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly Func<int, double> _schedule;
    private readonly ILogger _logger;
    private readonly DropoutRandom _random;
    private readonly Parameter[] _parameters;
    private string? _lastCheckpoint;

    /// <summary>Creates a trainer; nothing happens to the model yet.</summary>
    /// <param name="model">The model; it stays the caller's.</param>
    /// <param name="options">How to train; null for the defaults.</param>
    /// <param name="schedule">Learning rate by the number of steps done, in place of the one that the options describe.</param>
    /// <param name="logger">Told about evaluations, checkpoints and the end.</param>
    /// <exception cref="ArgumentException">The options are not valid, or the model has nothing to train.</exception>
    public Trainer(CausalLM model, TrainerOptions? options = null, Func<int, double>? schedule = null, ILogger<Trainer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new TrainerOptions();
        _options.Validate();
        _schedule = schedule ?? _options.ToSchedule();
        _logger = logger ?? NullLogger<Trainer>.Instance;
        _random = new DropoutRandom(_options.Seed);
        Model = model;
        Optimizer = new AdamW(ParameterGroup.ByDimension(model, _options.WeightDecay), _options.Beta1, _options.Beta2, _options.Epsilon);
        _parameters = [.. model.parameters()];
    }

    /// <summary>The model that is trained.</summary>
    public CausalLM Model { get; }

    /// <summary>The optimizer.</summary>
    public AdamW Optimizer { get; }

    /// <summary>Where the training stands.</summary>
    public TrainerState State { get; private set; } = new();

    /// <summary>Takes one optimizer step.</summary>
    /// <param name="microBatches">Batches whose gradients are added up; they are not disposed.</param>
    /// <param name="learningRate">Rate of the update.</param>
    /// <exception cref="ArgumentException">A batch is not valid, or no token counts.</exception>
    /// <exception cref="TrainingDivergedException">The loss or the gradient is not a number; the weights stay as they were.</exception>
    public TrainingStep Step(IReadOnlyList<Batch> microBatches, double learningRate)
    {
        var (weights, tokens) = Weigh(microBatches);
        using var scope = NewDisposeScope();
        using var mode = new ModelMode(Model, training: true);
        using var random = _random.Use(Model.Device(), State.Step);

        Model.zero_grad();
        var total = 0.0;
        foreach (var (batch, weight) in microBatches.Zip(weights))
        {
            using var microScope = NewDisposeScope();
            var (inputs, targets) = batch.To(Model.Device());
            var logits = Model.call(inputs).to(ScalarType.Float32);                                            // (B, T, V)
            var loss = functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index: Batch.Ignored, reduction: Reduction.Sum) * weight;
            loss.backward();
            total += loss.ToDouble();
        }
        var norm = nn.utils.clip_grad_norm_(_parameters, _options.MaxGradientNorm > 0 ? _options.MaxGradientNorm : double.PositiveInfinity);
        CheckFinite(total, norm);
        Optimizer.Step(learningRate);
        Model.zero_grad();

        State = State with { Step = State.Step + 1, TokensSeen = State.TokensSeen + tokens };
        return new TrainingStep(State.Step, total, norm, learningRate, tokens);
    }

    /// <summary>Trains until <see cref="TrainerOptions.Steps"/> are done, one step whenever the caller asks for the next.</summary>
    /// <param name="batches">The training data.</param>
    /// <exception cref="InvalidOperationException">The training was begun on other data.</exception>
    public IEnumerable<TrainingStep> Train(IBatchSource batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        while (State.Step < _options.Steps)
            yield return NextStep(batches);
    }

    /// <summary>Trains to the end with evaluations, checkpoints and early stopping as the options ask for; blocks the thread.</summary>
    /// <param name="batches">The training data.</param>
    /// <param name="validation">Held-out data to evaluate on; null evaluates nothing.</param>
    /// <param name="progress">Told about every step.</param>
    /// <param name="cancellationToken">
    /// Ends the run after the step at hand: it is saved, if there is a folder, and the result says so; nothing is thrown.
    /// </param>
    /// <exception cref="ArgumentException">The options ask for evaluations, but there is no <paramref name="validation"/>.</exception>
    /// <exception cref="TrainingDivergedException">A loss or the gradient is not a number; checkpoints stay as they were.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written; the one before is whole.</exception>
    public TrainingResult Run(
        IBatchSource batches, IBatchSource? validation = null, IProgress<TrainingStep>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new TrainingRun(this, _options, _logger, batches, validation, progress).Run(cancellationToken);
    }

    /// <summary><see cref="Run"/> on a thread of its own, since gradients and memory belong to the thread that computes.</summary>
    /// <inheritdoc cref="Run"/>
    public Task<TrainingResult> RunAsync(
        IBatchSource batches, IBatchSource? validation = null, IProgress<TrainingStep>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Factory.StartNew(
            () => Run(batches, validation, progress, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously,
            TaskScheduler.Default);

    /// <summary>Saves model, optimizer and state, see <see cref="Checkpoint"/>. What was in the folder stays whole until then.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Save(string folder)
    {
        Checkpoint.Save(folder, Model, Optimizer, State with { Random = _random.State, Options = _options }, _options.AddToCheckpoint);
        _lastCheckpoint = folder;
        _logger.Saved(folder, State.Step);
    }

    /// <summary>
    /// Goes on where a checkpoint ends, so exactly that losses and weights are those of a training that was never stopped.
    /// </summary>
    /// <param name="folder">A checkpoint, or a folder with the checkpoint last.</param>
    /// <exception cref="InvalidDataException">
    /// The checkpoint belongs to another model, or was made with another seed or accumulation.
    /// </exception>
    public void Resume(string folder)
    {
        folder = Checkpoint.Find(folder);
        Resume(Checkpoint.Load(folder, Model, Optimizer, Check));
        _lastCheckpoint = folder;
        _logger.Resumed(folder, State.Step);
    }

    /// <summary>
    /// Goes on from a state, after the caller has loaded the weights and the optimizer
    /// that belong to it; for checkpoints of other programs.
    /// </summary>
    public void Resume(TrainerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        State = state;
        _random.State = state.Random;
    }

    /// <summary>Frees the optimizer's state; the model stays.</summary>
    public void Dispose()
    {
        Optimizer.Dispose();
        _random.Dispose();
    }

    internal TrainingStep NextStep(IBatchSource batches)
    {
        if (State.Data is not null && State.Data != batches.Identity)
        {
            throw new InvalidOperationException(
                $"The training was begun on other data ({State.Data}) than is given now ({batches.Identity}). "
                + "Give the same data, or begin a new training with the weights.");
        }
        using var scope = NewDisposeScope();
        var count = _options.GradientAccumulation;
        var step = Step([.. Enumerable.Range(0, count).Select(i => batches.Get(State.NextBatch + i))], _schedule(State.Step));
        State = State with { NextBatch = State.NextBatch + count, Data = batches.Identity };
        return step;
    }

    internal void Add(EvaluationResult result) =>
        State = State with { Validation = [.. State.Validation, new ValidationPoint(State.Step, result)] };

    // Each weight is one over the number of tokens among which the batch's losses are averaged.
    private (double[] Weights, long Tokens) Weigh(IReadOnlyList<Batch> microBatches)
    {
        ArgumentNullException.ThrowIfNull(microBatches);
        var counts = microBatches.Select(batch => batch.CountTargets(Model.Config.VocabSize)).ToArray();
        var tokens = counts.Sum();
        if (tokens == 0)
            throw new ArgumentException("There is nothing to learn in this step: no target counts.", nameof(microBatches));
        var weights = counts.Select(count =>
            _options.LossWeighting == LossWeighting.Tokens ? 1.0 / tokens : 1.0 / Math.Max(1, count) / counts.Length);
        return ([.. weights], tokens);
    }

    private void CheckFinite(double loss, double norm)
    {
        if (!double.IsFinite(loss))
            throw Diverged(State.Step + 1, "the loss", loss);
        if (!double.IsFinite(norm))
            throw Diverged(State.Step + 1, "the length of the gradient", norm);
    }

    internal TrainingDivergedException Diverged(int step, string what, double value) => new(step, what, value, _lastCheckpoint);

    private void Check(TrainerState state)
    {
        if (state.Options is not { } saved || (saved.Seed == _options.Seed && saved.GradientAccumulation == _options.GradientAccumulation))
            return;
        throw new InvalidDataException(
            $"The checkpoint was made with Seed {saved.Seed} and GradientAccumulation {saved.GradientAccumulation}, but the options have "
            + $"{_options.Seed} and {_options.GradientAccumulation}. Take the same to go on, or begin a new training with its weights.");
    }
}
