using Llm.Testing;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

[Collection(nameof(Alone))]
public sealed class TrainerTests
{
    private static readonly TrainerOptions Options = new() { Steps = 30, LearningRate = 1e-2, WarmupSteps = 3, GradientAccumulation = 2 };

    [Fact]
    public void Train_PatternInData_LossFalls()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 300, LearningRate = 1e-2 });

        var losses = trainer.Train(Tiny.Windows()).Select(step => step.Loss).ToArray();

        Assert.Equal(Math.Log(11), losses[0], 0.1);
        Assert.True(losses[^1] < 0.5, $"The last loss is {losses[^1]}.");
    }

    [Fact]
    public void Train_SameSeedTwice_AgreesBitForBit()
    {
        var (first, second) = (TrainWhole(), TrainWhole());

        Assert.Equal(first.Losses, second.Losses);
        Assert.Equal(first.Weights, second.Weights);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(29)]
    public void Resume_StoppedAfterSteps_AgreesBitForBitWithUnstopped(int stop)
    {
        using var folder = new TemporaryFolder();
        var whole = TrainWhole();

        var losses = new List<double>();
        using (var model = Tiny.Model(Tiny.WithDropout))
        using (var trainer = new Trainer(model, Options))
        {
            losses.AddRange(trainer.Train(Tiny.Windows()).Take(stop).Select(step => step.Loss));
            trainer.Save(folder.Combine("run"));
        }
        using var other = Tiny.Model(Tiny.WithDropout, seed: 99);
        using var resumed = new Trainer(other, Options);
        resumed.Resume(folder.Combine("run"));
        losses.AddRange(resumed.Train(Tiny.Windows()).Select(step => step.Loss));

        Assert.Equal(whole.Losses, losses);
        Assert.Equal(whole.Weights, Tiny.Bytes(other));
    }

    [Fact]
    public void Train_2000Steps_LeavesNoTensorBehind()
    {
        using var model = Tiny.Model(Tiny.WithDropout);
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 2010, GradientAccumulation = 2 });
        var source = Tiny.Windows();
        foreach (var _ in trainer.Train(source).Take(10))
        {
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;

        foreach (var _ in trainer.Train(source))
        {
        }

        Assert.Equal(2010, trainer.State.Step);
        Assert.True(Tensor.TotalCount <= before, $"{Tensor.TotalCount - before} tensors are left.");
    }

    private static (double[] Losses, byte[] Weights) TrainWhole()
    {
        using var model = Tiny.Model(Tiny.WithDropout);
        using var trainer = new Trainer(model, Options);
        var losses = trainer.Train(Tiny.Windows()).Select(step => step.Loss).ToArray();
        return (losses, Tiny.Bytes(model));
    }
}
