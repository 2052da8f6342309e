using System.Text.Json;
using Llm.Models;
using Llm.Testing;
using TorchSharp;
using static Llm.Training.Tests.Golden;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

/// <summary>Whole training runs, compared step by step with those of PyTorch, transformers and nanoGPT.</summary>
[Collection(nameof(Alone))]
public sealed class GoldenTrainingTests
{
    [Fact]
    public void Train_HuggingFaceGpt2_FollowsReference()
    {
        var golden = Json("training", "gpt2_run.json");
        using var model = Model("gpt2-tiny");
        using var trainer = new Trainer(model, Options(golden, steps: 40));
        var ids = Tensors("training", "gpt2_batches.safetensors")["input_ids"]; // (40, B, T)

        var steps = trainer.Train(new GivenBatches([.. Rows(ids).Select(row => Shift(row, row))])).ToList();

        AssertSteps(golden, steps, lossFactor: _ => 1);
        AssertWeights("gpt2_run_final.safetensors", model, 1e-4);
    }

    [Fact]
    public void Train_NanoGpt_FollowsReference()
    {
        var golden = Json("training", "nanogpt_run.json");
        using var model = NanoGpt(golden);
        LoadNanoGpt(model, Tensors("training", "nanogpt_init.safetensors"));
        using var trainer = new Trainer(model, NanoGptOptions(golden), NanoGptSchedule(golden));

        var steps = trainer.Train(NanoGptBatches()).ToList();

        AssertSteps(golden, steps, lossFactor: _ => 1);
        var final = Tensors("training", "nanogpt_run_final.safetensors");
        foreach (var (name, parameter) in model.named_parameters())
            AssertClose(name, final["transformer." + name], parameter, 1e-4);
    }

    [Fact]
    public void ParameterGroups_NanoGpt_HaveReferenceSizes()
    {
        var golden = Json("training", "nanogpt_run.json");
        using var model = NanoGpt(golden);

        var groups = ParameterGroup.ByDimension(model, 0.1);

        Assert.Equal(
            (golden.Int("num_decayed_tensors"), golden.Int("num_decayed_parameters")),
            (groups[0].Parameters.Count, groups[0].ElementCount));
        Assert.Equal(
            (golden.Int("num_non_decayed_tensors"), golden.Int("num_non_decayed_parameters")),
            (groups[1].Parameters.Count, groups[1].ElementCount));
        Assert.Equal([0.1, 0], groups.Select(group => group.WeightDecay));
    }

    // Hugging Face divides by the labels before it shifts them, which counts a label at position 0 that nothing predicts. We count what is
    // predicted; the clipped gradient, and so the run, is the same, and the loss differs by the ratio of the counts.
    [Theory]
    [InlineData(LossWeighting.Tokens, "token_weighted")]
    [InlineData(LossWeighting.MicroBatches, "mean_of_means")]
    public void Train_Accumulation_FollowsReference(LossWeighting weighting, string mode)
    {
        var golden = Json("training", "accumulation.json");
        using var model = Model("gpt2-tiny");
        var options = Options(golden, steps: 10);
        (options.GradientAccumulation, options.LossWeighting) = (4, weighting);
        using var trainer = new Trainer(model, options);
        var batches = Tensors("training", "accumulation_batches.safetensors");
        var micro = Rows(batches["input_ids"].flatten(0, 1)).Zip(Rows(batches["labels"].flatten(0, 1)), Shift).ToArray();
        var items = golden.Doubles("num_items_in_batch");

        var steps = trainer.Train(new GivenBatches(micro)).ToList();

        AssertSteps(
            golden.GetProperty("modes").GetProperty(mode), steps,
            lossFactor: step => weighting == LossWeighting.Tokens ? step.Tokens / items[step.Step - 1] : 1);
        Assert.Contains(steps, step => step.Tokens != items[step.Step - 1]);
        AssertWeights("accumulation_final.safetensors", model, 1e-4, mode + "/");
    }

    [Fact]
    public void Step_Batch_HasReferenceGradients()
    {
        var golden = Tensors("training", "gradients_gpt2.safetensors");
        using var model = Model("gpt2-tiny");
        using var trainer = new Trainer(model, new TrainerOptions { MaxGradientNorm = 0 });

        var step = trainer.Step([Shift(golden["input_ids"], golden["labels"])], learningRate: 0);

        Assert.Equal(5.808392524719238, step.Loss, 1e-4);
        Assert.Equal(6.214897632598877, step.GradientNorm, 1e-4);
        foreach (var (name, mean) in trainer.Optimizer.State.Where(pair => pair.Key.EndsWith(".exp_avg", StringComparison.Ordinal)))
        {
            var parameter = name[..^".exp_avg".Length];
            var expected = golden["grad/transformer." + parameter];
            if (parameter.StartsWith("h.", StringComparison.Ordinal) && expected.dim() == 2)
                expected = expected.t(); // Conv1D
            AssertClose(parameter, expected, mean / (1 - 0.9), 1e-4, 1e-4); // after one step, the mean is a tenth of the gradient
        }
    }

    [Fact]
    public void Train_HuggingFaceTrainer_FollowsReference()
    {
        var golden = Json("training", "trainer.json").GetProperty("cases")[0];
        var arguments = golden.GetProperty("arguments");
        var data = Tensors("training", "trainer_data.safetensors");
        using var model = Model("gpt2-tiny");
        using var trainer = new Trainer(model, TrainerOptions(arguments));
        var (batches, items) = TrainerBatches();

        var evaluations = new List<double>();
        var steps = new List<TrainingStep>();
        foreach (var step in trainer.Train(batches))
        {
            steps.Add(step);
            if (step.Step % 10 == 0)
                evaluations.Add(MeanOfBatches(model, data));
        }

        var log = golden.GetProperty("log_history").EnumerateArray().ToList();
        var rows = log.Where(row => row.TryGetProperty("grad_norm", out _)).ToList();
        var factors = steps.Select(step => step.Tokens / items[(step.Step - 1) % 10]).ToList();
        AssertClose(rows.Select(row => row.Double("loss")), steps.Zip(factors, (step, factor) => step.Loss * factor), 1e-4);
        AssertClose(rows.Select(row => row.Double("grad_norm")), steps.Zip(factors, (step, factor) => step.GradientNorm * factor), 0, 1e-3);
        AssertClose(rows.Select(row => row.Double("learning_rate")), steps.Select(step => step.LearningRate), 1e-15, 1e-9);
        AssertClose(log.Where(row => row.TryGetProperty("eval_loss", out _)).Select(row => row.Double("eval_loss")), evaluations, 2e-4);
        AssertWeights("trainer_linear_final.safetensors", model, 1e-3);
    }

    [Fact]
    public void Train_CheckpointOfNanoGpt_GoesOnAsNanoGptDoes()
    {
        var golden = Json("training", "nanogpt_run.json");
        using var model = NanoGpt(golden);
        using var trainer = new Trainer(model, NanoGptOptions(golden), NanoGptSchedule(golden));
        using (var file = TorchFile.Open(TestData.Golden("training", "nanogpt_ckpt_20.pt")))
        {
            LoadNanoGpt(model, file.Tensors.Keys.ToDictionary(
                name => name.Replace("_orig_mod.", "", StringComparison.Ordinal), name => file.Read(name)));
            trainer.Optimizer.Load(new TorchOptimizerState(file, trainer.Optimizer.Groups));
        }
        trainer.Resume(new TrainerState { Step = 20, NextBatch = 20 });

        var steps = trainer.Train(NanoGptBatches()).ToList();

        Assert.Equal(20, steps.Count);
        AssertSteps(golden, steps, lossFactor: _ => 1, skip: 20);
    }

    [Fact]
    public void Train_CheckpointOfHuggingFacesTrainer_GoesOnAsItDoes()
    {
        var golden = Json("training", "trainer.json").GetProperty("cases")[0];
        using var model = Model("trainer-checkpoint-20");
        using var trainer = new Trainer(model, TrainerOptions(golden.GetProperty("arguments")));
        using (var file = TorchFile.Open(TestData.Golden("training", "trainer-checkpoint-20", "optimizer.pt")))
        {
            trainer.Optimizer.Load(new TorchOptimizerState(
                file, trainer.Optimizer.Groups, name => name.StartsWith("h.", StringComparison.Ordinal)));
        }
        trainer.Resume(new TrainerState { Step = 20, NextBatch = 40 });
        var (batches, items) = TrainerBatches();

        var steps = trainer.Train(batches).ToList();

        var rows = golden.GetProperty("log_history").EnumerateArray()
            .Where(row => row.TryGetProperty("grad_norm", out _)).Skip(20).ToList();
        AssertClose(
            rows.Select(row => row.Double("loss")),
            steps.Select(step => step.Loss * step.Tokens / items[(step.Step - 1) % 10]), 2e-4);
        AssertWeights("trainer_linear_final.safetensors", model, 1e-3);
    }

    [Fact]
    public void TorchOptimizerState_OtherModel_SaysSo()
    {
        using var model = Tiny.Model();
        using var optimizer = new AdamW(ParameterGroup.ByDimension(model, 0.1));
        using var file = TorchFile.Open(TestData.Golden("training", "nanogpt_ckpt_20.pt"));

        var error = Assert.Throws<InvalidDataException>(() => new TorchOptimizerState(file, optimizer.Groups));

        Assert.Contains("groups of 10 and 5 parameters, but here they are of 10 and 18", error.Message, StringComparison.Ordinal);
    }

    private static CausalLM NanoGpt(JsonElement golden)
    {
        var config = golden.GetProperty("config");
        return (Gpt2Presets.NanoGpt with
        {
            VocabSize = config.Int("vocab_size"),
            ContextLength = config.Int("block_size"),
            LayerCount = config.Int("n_layer"),
            HeadCount = config.Int("n_head"),
            HiddenSize = config.Int("n_embd"),
            Bias = config.GetProperty("bias").GetBoolean(),
        }).CreateModel();
    }

    private static TrainerOptions NanoGptOptions(JsonElement golden)
    {
        var options = Options(golden, steps: 40);
        (options.Schedule, options.WarmupSteps) = (LearningRateSchedule.NanoGpt, 0);
        return options;
    }

    private static Func<int, double> NanoGptSchedule(JsonElement golden)
    {
        var hyper = golden.GetProperty("hyper");
        return LearningRateSchedules.NanoGpt(
            hyper.Double("learning_rate"), hyper.Int("warmup_iters"), hyper.Int("lr_decay_iters"), hyper.Double("min_lr"));
    }

    private static GivenBatches NanoGptBatches()
    {
        var batches = Tensors("training", "nanogpt_batches.safetensors");
        return new([.. Rows(batches["x"]).Zip(Rows(batches["y"]), (x, y) => new Batch(x, y.where(y.ne(-1), -100)))]);
    }

    private static void LoadNanoGpt(CausalLM model, Dictionary<string, Tensor> weights)
    {
        using var mode = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
            parameter.copy_(weights["transformer." + name]);
    }

    private static void AssertSteps(
        JsonElement golden, IReadOnlyList<TrainingStep> steps, Func<TrainingStep, double> lossFactor, int skip = 0)
    {
        AssertClose(golden.Doubles("loss").Skip(skip), steps.Select(step => step.Loss * lossFactor(step)), 1e-4);
        AssertClose(golden.Doubles("grad_norm").Skip(skip), steps.Select(step => step.GradientNorm * lossFactor(step)), 0, 1e-3);
        AssertClose(golden.Doubles("lr").Skip(skip), steps.Select(step => step.LearningRate), 1e-15, 1e-9);
    }

    private static IEnumerable<Tensor> Rows(Tensor tensor) =>
        Enumerable.Range(0, (int)tensor.shape[0]).Select(row => tensor[row].contiguous());

    private static TrainerOptions Options(JsonElement golden, int steps)
    {
        var hyper = golden.GetProperty("hyper");
        var betas = hyper.Doubles("betas");
        return new TrainerOptions
        {
            Steps = steps,
            LearningRate = hyper.Double("lr"),
            WarmupSteps = hyper.TryGetProperty("warmup", out var warmup) ? warmup.GetInt32() : 0,
            WeightDecay = hyper.Double("weight_decay"),
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = hyper.Double("eps"),
            MaxGradientNorm = hyper.Double("clip"),
        };
    }

    private static TrainerOptions TrainerOptions(JsonElement arguments) => new()
    {
        Steps = arguments.Int("max_steps"),
        GradientAccumulation = arguments.Int("gradient_accumulation_steps"),
        LearningRate = arguments.Double("learning_rate"),
        Schedule = LearningRateSchedule.Linear,
        WarmupSteps = arguments.Int("warmup_steps"),
        WeightDecay = arguments.Double("weight_decay"),
        Beta1 = arguments.Double("adam_beta1"),
        Beta2 = arguments.Double("adam_beta2"),
        MaxGradientNorm = arguments.Double("max_grad_norm"),
    };

    // Ten optimizer steps of two batches each, and the labels that Hugging Face counts in each step.
    private static (GivenBatches Batches, double[] Items) TrainerBatches()
    {
        var data = Tensors("training", "trainer_data.safetensors");
        var batches = Rows(data["train/input_ids"].view(20, 2, 16)).Zip(Rows(data["train/labels"].view(20, 2, 16)), Shift);
        var items = Rows(data["train/labels"].view(10, 4, 16)).Select(labels => labels.ne(-100).sum().ToDouble());
        return (new GivenBatches([.. batches]), [.. items]);
    }

    // Hugging Face's eval_loss: the mean over the samples of the mean loss of their batch (4, 4 and 2 samples).
    private static double MeanOfBatches(CausalLM model, Dictionary<string, Tensor> data)
    {
        var sum = 0.0;
        foreach (var (start, count) in (ReadOnlySpan<(int, int)>)[(0, 4), (4, 4), (8, 2)])
        {
            var rows = Shift(data["eval/input_ids"].narrow(0, start, count), data["eval/labels"].narrow(0, start, count));
            sum += Evaluation.Of(model, [rows]).Loss * count;
        }
        return sum / 10;
    }
}
