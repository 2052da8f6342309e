using System.Text.Json.Serialization;

namespace Llm.Training;

/// <summary>How the loss of an optimizer step is made of the losses of its micro batches.</summary>
public enum LossWeighting
{
    /// <summary>Every token counts alike: the sum of all losses over the number of counted tokens, as in Hugging Face's Trainer.</summary>
    Tokens,

    /// <summary>
    /// Every micro batch counts alike: the mean of their means, as in nanoGPT. Differs where they count different numbers of tokens.
    /// </summary>
    MicroBatches,
}

/// <summary>The learning rates that <see cref="TrainerOptions"/> can name; <see cref="LearningRateSchedules"/> has more.</summary>
public enum LearningRateSchedule
{
    /// <summary><see cref="LearningRateSchedules.Cosine"/>.</summary>
    Cosine,

    /// <summary><see cref="LearningRateSchedules.Linear"/>.</summary>
    Linear,

    /// <summary><see cref="LearningRateSchedules.Constant"/>.</summary>
    Constant,

    /// <summary><see cref="LearningRateSchedules.NanoGpt"/>.</summary>
    NanoGpt,
}

/// <summary>How a model is trained. The defaults are those of nanoGPT where it has the option.</summary>
public sealed class TrainerOptions
{
    /// <summary>Optimizer steps to take, counted from the start of the training also when it resumes. The default is 1000.</summary>
    public int Steps { get; set; } = 1000;

    /// <summary>Batches whose gradients are added up for one optimizer step. The default is 1.</summary>
    public int GradientAccumulation { get; set; } = 1;

    /// <summary>What counts alike when gradients are added up. The default is <see cref="LossWeighting.Tokens"/>.</summary>
    public LossWeighting LossWeighting { get; set; }

    /// <summary>Highest learning rate. The default is 6e-4; to fine-tune, take a tenth of it or less.</summary>
    public double LearningRate { get; set; } = 6e-4;

    /// <summary>Learning rate at the end of the schedule, unless that is constant. The default is 0.</summary>
    public double MinLearningRate { get; set; }

    /// <summary>Steps in which the learning rate rises. The default is 0.</summary>
    public int WarmupSteps { get; set; }

    /// <summary>How the learning rate falls after that. The default is <see cref="LearningRateSchedule.Cosine"/>.</summary>
    public LearningRateSchedule Schedule { get; set; }

    /// <summary>AdamW's weight decay of matrices and embeddings; vectors have none. The default is 0.1.</summary>
    public double WeightDecay { get; set; } = 0.1;

    /// <summary>AdamW's decay of the mean gradient. The default is 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>AdamW's decay of the mean squared gradient. The default is 0.95; nanoGPT takes 0.99 for tiny models.</summary>
    public double Beta2 { get; set; } = 0.95;

    /// <summary>AdamW's epsilon. The default is 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>Gradients longer than this are scaled down to it; 0 turns clipping off. The default is 1.</summary>
    public double MaxGradientNorm { get; set; } = 1;

    /// <summary>
    /// Seed of dropout. The default is 1337. With null, the training goes on with torch's generator as it stands at the first
    /// step, to follow a PyTorch script number by number.
    /// </summary>
    public long? Seed { get; set; } = 1337;

    /// <summary>Steps between two evaluations; 0 evaluates before the first step and after the last alone. The default is 0.</summary>
    public int EvaluateEvery { get; set; }

    /// <summary>
    /// Batches of an evaluation; null for one pass over the validation data, or 200 where that has no end. The default is null.
    /// </summary>
    public int? EvaluationBatches { get; set; }

    /// <summary>
    /// Stops after so many evaluations in a row that bring no new best loss; 0 never does. However such a run then ends, unless cancelled,
    /// the model has its best weights back. Needs a <see cref="CheckpointFolder"/>. The default is 0.
    /// </summary>
    public int Patience { get; set; }

    /// <summary>
    /// Folder for the checkpoints last, best (of all evaluations) and step-00001234; null keeps none. The default is null.
    /// </summary>
    public string? CheckpointFolder { get; set; }

    /// <summary>Steps between two saves of last; 0 saves at the end and when cancelled alone. The default is 0.</summary>
    public int SaveEvery { get; set; }

    /// <summary>How many of the newest numbered checkpoints to keep besides last and best. The default is 0.</summary>
    public int KeepCheckpoints { get; set; }

    /// <summary>Adds files, such as the tokenizer's, to a checkpoint before it is put in its place; the argument is its folder.</summary>
    [JsonIgnore] public Action<string>? AddToCheckpoint { get; set; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">One is out of range, or two contradict each other; the message says what is allowed.</exception>
    public void Validate()
    {
        AtLeast(1, Steps, nameof(Steps));
        AtLeast(1, GradientAccumulation, nameof(GradientAccumulation));
        AtLeast(0, WarmupSteps, nameof(WarmupSteps));
        AtLeast(0, EvaluateEvery, nameof(EvaluateEvery));
        AtLeast(1, EvaluationBatches ?? 1, nameof(EvaluationBatches));
        AtLeast(0, Patience, nameof(Patience));
        AtLeast(0, SaveEvery, nameof(SaveEvery));
        AtLeast(0, KeepCheckpoints, nameof(KeepCheckpoints));
        Finite(LearningRate, nameof(LearningRate));
        Finite(MinLearningRate, nameof(MinLearningRate));
        Finite(WeightDecay, nameof(WeightDecay));
        Finite(Epsilon, nameof(Epsilon));
        Finite(MaxGradientNorm, nameof(MaxGradientNorm));
        Beta(Beta1, nameof(Beta1));
        Beta(Beta2, nameof(Beta2));
        Defined(LossWeighting, nameof(LossWeighting));
        Defined(Schedule, nameof(Schedule));
        ValidateTogether();
    }

    private void ValidateTogether()
    {
        if (WarmupSteps > Steps)
            throw new ArgumentException($"WarmupSteps ({WarmupSteps}) must not exceed Steps ({Steps}).", nameof(WarmupSteps));
        if (MinLearningRate > LearningRate)
        {
            throw new ArgumentException(
                $"MinLearningRate ({MinLearningRate}) must not exceed LearningRate ({LearningRate}).", nameof(MinLearningRate));
        }
        if (MinLearningRate > 0 && Schedule == LearningRateSchedule.Constant)
        {
            throw new ArgumentException(
                "A constant schedule never reaches the MinLearningRate. Leave it at 0, or take another Schedule.",
                nameof(MinLearningRate));
        }
        if (KeepCheckpoints > 0 && SaveEvery == 0)
            throw new ArgumentException("KeepCheckpoints keeps what SaveEvery saves. Set SaveEvery.", nameof(KeepCheckpoints));
        if (!string.IsNullOrWhiteSpace(CheckpointFolder))
            return;
        if (Patience > 0)
            throw new ArgumentException("Patience needs a CheckpointFolder, where the best weights wait.", nameof(Patience));
        if (SaveEvery > 0)
            throw new ArgumentException("SaveEvery needs a CheckpointFolder to save to.", nameof(CheckpointFolder));
    }

    internal Func<int, double> ToSchedule() => Schedule switch
    {
        LearningRateSchedule.Linear => LearningRateSchedules.Linear(LearningRate, WarmupSteps, Steps, MinLearningRate),
        LearningRateSchedule.Constant => LearningRateSchedules.Constant(LearningRate, WarmupSteps),
        LearningRateSchedule.NanoGpt => LearningRateSchedules.NanoGpt(LearningRate, WarmupSteps, Steps, MinLearningRate),
        _ => LearningRateSchedules.Cosine(LearningRate, WarmupSteps, Steps, MinLearningRate),
    };

    private static void AtLeast(int least, int value, string name)
    {
        if (value < least)
            throw new ArgumentException($"{name} must be at least {least}, but is {value}.", name);
    }

    private static void Finite(double value, string name)
    {
        if (value is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentException($"{name} must be a number of at least 0, but is {value}.", name);
    }

    private static void Beta(double value, string name)
    {
        if (value is not (>= 0 and < 1))
            throw new ArgumentException($"{name} must be at least 0 and below 1, but is {value}.", name);
    }

    private static void Defined<T>(T value, string name) where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentException($"{name} must be one of {string.Join(", ", Enum.GetNames<T>())}, but is {value}.", name);
    }
}
