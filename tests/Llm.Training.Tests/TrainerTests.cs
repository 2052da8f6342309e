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
        using var model = Tiny.Model(Tiny.WithDropout with { LayerCount = 1 });
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 2010 });
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

    // Large enough for torch to share the work between threads.
    [Fact]
    public void Train_TwoThreads_AgreesBitForBit()
    {
        var config = Tiny.WithDropout with { VocabSize = 500, ContextLength = 64, HiddenSize = 64 };
        using var data = TokenData.FromIds(Enumerable.Range(0, 2000).Select(i => i * i % 500), 500);
        var runs = new List<byte[]>();
        set_num_threads(2);
        for (var run = 0; run < 2; run++)
        {
            using var model = Tiny.Model(config);
            using var trainer = new Trainer(model, new TrainerOptions { Steps = 8, LearningRate = 1e-2 });
            Assert.Equal(8, trainer.Train(new RandomWindows(data, 8, 64)).Last().Step);
            runs.Add(Tiny.Bytes(model));
        }
        set_num_threads(1);

        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public void Train_CallerDrawsBetweenSteps_ChangesNothing()
    {
        using var model = Tiny.Model(Tiny.WithDropout);
        using var trainer = new Trainer(model, Options);
        var losses = new List<double>();
        foreach (var step in trainer.Train(Tiny.Windows()))
        {
            losses.Add(step.Loss);
            rand(step.Step).Dispose();
        }

        Assert.Equal(TrainWhole().Losses, losses);
    }

    [Fact]
    public void Step_Dropout_LeavesTheCallersGeneratorAlone()
    {
        using var model = Tiny.Model(Tiny.WithDropout);
        using var trainer = new Trainer(model);
        using var batch = Tiny.Windows().Get(0);
        manual_seed(42);
        var expected = rand(5).data<float>().ToArray();
        manual_seed(42);

        trainer.Step([batch], 1e-3);

        Assert.Equal(expected, rand(5).data<float>().ToArray());
    }

    [Fact]
    public void Step_NoSeed_GoesOnWithTorchsGenerator()
    {
        using var batch = Tiny.Windows().Get(0);
        var losses = new List<double>();
        foreach (var seed in (int[])[1, 1, 2])
        {
            using var model = Tiny.Model(Tiny.WithDropout);
            using var trainer = new Trainer(model, new TrainerOptions { Seed = null });
            manual_seed(seed);
            losses.Add(trainer.Step([batch], 1e-3).Loss);
        }

        Assert.Equal(losses[0], losses[1]);
        Assert.NotEqual(losses[0], losses[2]);
    }

    [Fact]
    public void Train_OneBatchOverAndOver_IsLearnedByHeart()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 1000, LearningRate = 1e-2, WeightDecay = 0 });
        using var batch = new RandomWindows(TokenData.FromIds(Enumerable.Range(0, 200).Select(i => i * i * i % 11)), 2, 8).Get(0);

        Assert.Contains(trainer.Train(new GivenBatches(batch)), step => step.Loss < 0.01);
    }

    [Fact]
    public void Train_IsLazy_OneStepForEachAsked()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, Options);

        var steps = trainer.Train(Tiny.Windows());
        Assert.Equal(0, trainer.State.Step);
        Assert.Equal([1, 2, 3], steps.Take(3).Select(step => step.Step));
        Assert.Equal((3, 6, 3 * 2 * 4 * 8), (trainer.State.Step, trainer.State.NextBatch, trainer.State.TokensSeen));
        Assert.Equal(27, steps.Count());
    }

    [Fact]
    public void Step_ModelInEvaluationMode_IsInItAgainAfterwards()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        using var batch = Tiny.Windows().Get(0);

        trainer.Step([batch], 1e-3);

        Assert.False(model.training);
        Assert.All(model.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void Step_HalvesOfABatch_EqualTheWhole()
    {
        using var whole = Tiny.Windows().Get(0);
        var halves = new[] { 0, 2 }.Select(row => new Batch(whole.Inputs.narrow(0, row, 2), whole.Targets.narrow(0, row, 2))).ToArray();
        using var first = Tiny.Model();
        using var second = Tiny.Model();
        using var one = new Trainer(first);
        using var two = new Trainer(second);

        var (expected, actual) = (one.Step([whole], 1e-2), two.Step(halves, 1e-2));

        Assert.Equal(expected.Loss, actual.Loss, 1e-6);
        Assert.Equal(expected.GradientNorm, actual.GradientNorm, 1e-5);
    }

    [Fact]
    public void Step_FrozenParameters_StayAsTheyAre()
    {
        using var model = Tiny.Model();
        var frozen = model.named_parameters()
            .Single(parameter => parameter.name.StartsWith("wte", StringComparison.Ordinal)).parameter;
        frozen.requires_grad = false;
        var before = frozen.clone();
        using var trainer = new Trainer(model);
        using var batch = Tiny.Windows().Get(0);

        trainer.Step([batch], 0.1);

        Golden.AssertClose("wte", before, frozen, 0);
    }

    [Fact]
    public void Step_LossNotANumber_ThrowsAndKeepsWeightsAndOptimizer()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 10 });
        Assert.Equal(2, trainer.Train(Tiny.Windows()).Take(2).Last().Step);
        trainer.Save(folder.Combine("good"));
        using (no_grad())
            model.parameters().First()[0].fill_(double.NaN);
        var (weights, moments) = (Tiny.Bytes(model), Moments(trainer));

        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Train(Tiny.Windows()).First());

        Assert.Equal(3, error.Step);
        Assert.Contains("In step 3, the loss is NaN.", error.Message, StringComparison.Ordinal);
        Assert.Contains($"The last good checkpoint is '{folder.Combine("good")}'.", error.Message, StringComparison.Ordinal);
        Assert.Equal(weights, Tiny.Bytes(model));
        Assert.Equal(moments, Moments(trainer));
        Assert.Equal(2, trainer.State.Step);

        trainer.Resume(folder.Combine("good"));
        Assert.True(double.IsFinite(trainer.Train(Tiny.Windows()).First().Loss));
    }

    [Fact]
    public void Step_TargetOutsideVocabulary_NamesIt()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        var ids = tensor([1L, 2, 3]).unsqueeze(0);

        var error = Assert.Throws<ArgumentException>(() => trainer.Step([new Batch(ids, tensor([2L, 3, 11]).unsqueeze(0))], 1e-3));

        Assert.Contains("Target 11 is not in the vocabulary of 11", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_InputsAndTargetsOfOtherShape_SaysSo()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);

        var error = Assert.Throws<ArgumentException>(
            () => trainer.Step([new Batch(zeros([2, 3], ScalarType.Int64), zeros([2, 4], ScalarType.Int64))], 1e-3));

        Assert.Contains("(2, 3) and (2, 4)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_NothingCounts_SaysSo()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        var ids = zeros([2, 3], ScalarType.Int64);

        Assert.Throws<ArgumentException>(() => trainer.Step([], 1e-3));
        var error = Assert.Throws<ArgumentException>(() => trainer.Step([new Batch(ids, full_like(ids, -100))], 1e-3));

        Assert.Contains("no target counts", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_OtherDataThanBefore_SaysSo()
    {
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, Options);
        Assert.Equal(1, trainer.Train(Tiny.Windows()).First().Step);

        var error = Assert.Throws<InvalidOperationException>(() => trainer.Train(Tiny.Windows(seed: 6)).First());

        Assert.Contains("seed 5", error.Message, StringComparison.Ordinal);
        Assert.Contains("seed 6", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Moments(Trainer trainer) => [.. trainer.Optimizer.State.SelectMany(pair => pair.Value.bytes.ToArray())];

    private static (double[] Losses, byte[] Weights) TrainWhole()
    {
        using var model = Tiny.Model(Tiny.WithDropout);
        using var trainer = new Trainer(model, Options);
        var losses = trainer.Train(Tiny.Windows()).Select(step => step.Loss).ToArray();
        return (losses, Tiny.Bytes(model));
    }
}
