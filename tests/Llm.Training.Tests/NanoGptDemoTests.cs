using Llm.Models;
using Llm.Testing;
using Llm.Tokenizers;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

/// <summary>
/// nanoGPT's demo for a CPU (its README: python train.py config/train_shakespeare_char.py --device=cpu …), one to two minutes on two cores.
/// </summary>
/// <remarks>
/// nanoGPT prints 1.88. Five seeds gave 1.896 to 1.916 here, 1.905 on average (docs/log.md), so this bound guards what was measured; the
/// goal of 1.90 is not reached on average, and no seed is picked to reach it.
/// </remarks>
[Collection(nameof(Alone))]
public sealed class NanoGptDemoTests
{
    [Fact]
    public void Run_Shakespeare_LossStaysWithinTheMeasuredSeeds()
    {
        var path = TestData.Shared("data", "corpora", "tinyshakespeare.txt");
        Assert.SkipWhen(path is null, "tinyshakespeare.txt does not lie beside the repository (shared/data/corpora).");
        var text = File.ReadAllText(path!);
        using var data = TokenData.FromText(text, CharTokenizer.FromText(text));
        var (train, validation) = data.Split(0.9);
        manual_seed(1337);
        using var model = Gpt2Presets.ByName("nanogpt-cpu").CreateModel();
        var options = new TrainerOptions
        {
            Steps = 2000,
            LearningRate = 1e-3,
            MinLearningRate = 1e-4,
            WarmupSteps = 100,
            Schedule = LearningRateSchedule.NanoGpt,
            Beta2 = 0.99,
            EvaluationBatches = 200,
        };
        using var trainer = new Trainer(model, options);
        set_num_threads(Environment.ProcessorCount);

        var result = trainer.Run(new RandomWindows(train, 12, 64), new RandomWindows(validation, 12, 64));

        set_num_threads(1);
        TestContext.Current.TestOutputHelper!.WriteLine($"validation loss {result.Best!.Result.Loss:F4}");
        Assert.True(result.Validation[^1].Result.Loss <= 1.93, $"The validation loss is {result.Validation[^1].Result.Loss:F4}.");
    }
}
