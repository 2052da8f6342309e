namespace Llm.Training.Tests;

public sealed class TrainerOptionsTests
{
    public static TheoryData<string, Action<TrainerOptions>> Faults => new()
    {
        { "Steps must be at least 1, but is 0.", o => o.Steps = 0 },
        { "GradientAccumulation must be at least 1", o => o.GradientAccumulation = 0 },
        { "WarmupSteps must be at least 0", o => o.WarmupSteps = -1 },
        { "WarmupSteps (1001) must not exceed Steps (1000)", o => o.WarmupSteps = 1001 },
        { "LearningRate must be a number", o => o.LearningRate = double.NaN },
        { "MinLearningRate (1) must not exceed LearningRate", o => o.MinLearningRate = 1 },
        { "constant schedule never reaches", o => (o.MinLearningRate, o.Schedule) = (1e-5, LearningRateSchedule.Constant) },
        { "WeightDecay must be", o => o.WeightDecay = -1 },
        { "Beta1 must be", o => o.Beta1 = 1 },
        { "Beta2 must be", o => o.Beta2 = -0.1 },
        { "Epsilon must be", o => o.Epsilon = double.PositiveInfinity },
        { "MaxGradientNorm must be", o => o.MaxGradientNorm = -1 },
        { "EvaluateEvery must be", o => o.EvaluateEvery = -1 },
        { "EvaluationBatches must be", o => o.EvaluationBatches = 0 },
        { "Patience must be", o => o.Patience = -1 },
        { "Patience needs a CheckpointFolder", o => o.Patience = 1 },
        { "SaveEvery must be", o => o.SaveEvery = -1 },
        { "SaveEvery needs a CheckpointFolder", o => o.SaveEvery = 1 },
        { "KeepCheckpoints keeps what SaveEvery saves", o => o.KeepCheckpoints = 1 },
        { "Schedule must be one of Cosine, Linear, Constant, NanoGpt", o => o.Schedule = (LearningRateSchedule)9 },
        { "LossWeighting must be one of", o => o.LossWeighting = (LossWeighting)9 },
    };

    [Theory, MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Validate_Fault_SaysWhatIsAllowed(string message, Action<TrainerOptions> change)
    {
        var options = new TrainerOptions();
        options.Validate();
        change(options);

        var error = Assert.ThrowsAny<ArgumentException>(options.Validate);

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LearningRateSchedule.Cosine, 0, 0.325)]
    [InlineData(LearningRateSchedule.Linear, 0, 0.4)]
    [InlineData(LearningRateSchedule.NanoGpt, 1.0 / 3, 0.325)]
    public void ToSchedule_Name_GivesThatSchedule(LearningRateSchedule schedule, double first, double late)
    {
        var options = new TrainerOptions { Steps = 14, WarmupSteps = 2, LearningRate = 1, MinLearningRate = 0.1, Schedule = schedule };

        Golden.AssertClose([first, 1, late, 0.1], new[] { 0, 2, 10, 14 }.Select(options.ToSchedule()), 1e-12);
    }
}
