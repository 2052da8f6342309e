using Llm.Models;
using Llm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

[Collection(nameof(Alone))]
public sealed class TrainingRunTests
{
    private static readonly SequentialWindows Validation = new(Tiny.Data(100), 4, 8);

    [Fact]
    public void Run_Whole_EvaluatesBeforeAfterAndInBetween()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 25, EvaluateEvery = 10, LearningRate = 1e-2 });
        var progress = new Recorder();

        var result = trainer.Run(Tiny.Windows(), Validation, progress);

        Assert.Equal(StopReason.Finished, result.Reason);
        Assert.Equal([0, 10, 20, 25], result.Validation.Select(point => point.Step));
        Assert.Equal(Math.Log(11), result.Validation[0].Result.Loss, 0.1);
        Assert.Equal(25, result.Best!.Step);
        Assert.Equal(Enumerable.Range(1, 25), progress.Steps.Select(step => step.Step));
        Assert.Equal([10, 20, 25], progress.Steps.Where(step => step.Validation is not null).Select(step => step.Step));
        Assert.False(model.training);
    }

    [Fact]
    public async Task RunAsync_Whole_EqualsRunOnAThreadOfItsOwn()
    {
        using var first = Tiny.Model(Tiny.WithDropout);
        using var second = Tiny.Model(Tiny.WithDropout);
        var options = new TrainerOptions { Steps = 10 };
        using var one = new Trainer(first, options);
        using var other = new Trainer(second, options);
        var threads = new Recorder();

        one.Run(Tiny.Windows());
        var here = Environment.CurrentManagedThreadId;
        await other.RunAsync(Tiny.Windows(), progress: threads, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Tiny.Bytes(first), Tiny.Bytes(second));
        Assert.NotEqual(here, Assert.Single(threads.Threads));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)] // where an evaluation is due, which the cancelled run leaves out
    [InlineData(19)]
    public void Run_CancelledAndResumed_EndsAsIfNeverStopped(int stop)
    {
        using var folder = new TemporaryFolder();
        using var whole = Tiny.Model(Tiny.WithDropout);
        using var undisturbed = new Trainer(whole, Options(folder.Combine("whole")));
        var expected = new Recorder();
        var result = undisturbed.Run(Tiny.Windows(), Validation, expected);

        var seen = new Recorder();
        using (var model = Tiny.Model(Tiny.WithDropout))
        using (var trainer = new Trainer(model, Options(folder.Combine("parts"))))
        using (var cancellation = new CancellationTokenSource())
        {
            var source = new Watched(Tiny.Windows(), number =>
            {
                if (number == stop - 1)
                    cancellation.Cancel();
            });
            var cancelled = trainer.Run(source, Validation, seen, cancellation.Token);
            Assert.Equal((StopReason.Cancelled, stop), (cancelled.Reason, cancelled.Step));
        }
        using var other = Tiny.Model(Tiny.WithDropout, seed: 99);
        using var resumed = new Trainer(other, Options(folder.Combine("parts")));
        resumed.Resume(folder.Combine("parts"));
        var end = resumed.Run(Tiny.Windows(), Validation, seen);

        Assert.Equal(expected.Steps.Select(step => step.Loss), seen.Steps.Select(step => step.Loss));
        Assert.Equal(result.Validation, end.Validation);
        Assert.Equal(Tiny.Bytes(whole), Tiny.Bytes(other));
        Assert.Equal(
            File.ReadAllBytes(folder.Combine("whole", "last", "optimizer.safetensors")),
            File.ReadAllBytes(folder.Combine("parts", "last", "optimizer.safetensors")));
    }

    [Fact]
    public void Run_CancelledBeforeItBegins_SavesAndTakesNoStep()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { CheckpointFolder = folder.Path });

        var result = trainer.Run(Tiny.Windows(), cancellationToken: new CancellationToken(canceled: true));

        Assert.Equal((StopReason.Cancelled, 0), (result.Reason, result.Step));
        Assert.True(File.Exists(folder.Combine("last", "model.safetensors")));
    }

    // The rate is so high that the model gets worse soon.
    [Fact]
    public void Run_NoImprovement_StopsAndGivesTheBestWeightsBack()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        var options = new TrainerOptions
        {
            Steps = 1000,
            LearningRate = 1,
            Schedule = LearningRateSchedule.Constant,
            EvaluateEvery = 2,
            Patience = 3,
            CheckpointFolder = folder.Path,
        };
        using var trainer = new Trainer(model, options);

        var result = trainer.Run(Tiny.Windows(), Validation);

        Assert.Equal(StopReason.NoImprovement, result.Reason);
        Assert.Equal(result.Best!.Step + 2 * 3, result.Step);
        Assert.Equal(result.Best.Result.Loss, Evaluation.Of(model, Validation).Loss, 1e-6);
        using var best = ModelFolder.Load(folder.Combine("best")).Model;
        Assert.Equal(Tiny.Bytes(best), Tiny.Bytes(model));
    }

    [Fact]
    public void Run_ValidationWanted_ButNotGiven_SaysSo()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { EvaluateEvery = 5 });

        var error = Assert.Throws<ArgumentException>(() => trainer.Run(Tiny.Windows()));

        Assert.Contains("need validation data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Diverges_KeepsTheCheckpoint()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        var options = new TrainerOptions { Steps = 10, SaveEvery = 4, CheckpointFolder = folder.Path };
        using var trainer = new Trainer(model, options);
        var poison = new Watched(Tiny.Windows(), number =>
        {
            using var mode = no_grad();
            if (number == 5)
                model.parameters().First().fill_(double.PositiveInfinity);
        });

        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run(poison));

        Assert.Equal(6, error.Step);
        Assert.Contains(folder.Combine("last"), error.Message, StringComparison.Ordinal);
        using var last = ModelFolder.Load(folder.Combine("last")).Model;
        Assert.All(last.parameters(), parameter => Assert.True(double.IsFinite(parameter.sum().ToDouble())));
    }

    [Fact]
    public void Run_EvaluationsAndCheckpoints_LeaveNoTensorBehind()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        var options = new TrainerOptions
        {
            Steps = 40,
            EvaluateEvery = 5,
            SaveEvery = 5,
            KeepCheckpoints = 1,
            CheckpointFolder = folder.Path,
        };
        using var trainer = new Trainer(model, options);
        using var cancellation = new CancellationTokenSource();
        var batches = new Watched(Tiny.Windows(), number => CancelAt(5, number, cancellation));
        trainer.Run(batches, Validation, cancellationToken: cancellation.Token);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;

        trainer.Run(Tiny.Windows(), Validation);

        Assert.Equal(40, trainer.State.Step);
        Assert.True(Tensor.TotalCount <= before, $"{Tensor.TotalCount - before} tensors are left.");
    }

    private static void CancelAt(long wanted, long number, CancellationTokenSource cancellation)
    {
        if (number == wanted)
            cancellation.Cancel();
    }

    private static TrainerOptions Options(string folder) => new()
    {
        Steps = 20,
        LearningRate = 1e-2,
        EvaluateEvery = 5,
        SaveEvery = 4,
        KeepCheckpoints = 2,
        CheckpointFolder = folder,
    };

    private sealed class Recorder : IProgress<TrainingStep>
    {
        public List<TrainingStep> Steps { get; } = [];

        public HashSet<int> Threads { get; } = [];

        public void Report(TrainingStep value)
        {
            Steps.Add(value);
            Threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    /// <summary>Tells the number of each batch that is asked for.</summary>
    private sealed class Watched(IBatchSource source, Action<long> asked) : IBatchSource
    {
        public long? BatchesPerEpoch => source.BatchesPerEpoch;

        public string Identity => source.Identity;

        public Batch Get(long number)
        {
            asked(number);
            return source.Get(number);
        }
    }
}
