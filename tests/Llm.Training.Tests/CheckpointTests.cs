using Llm.Models;
using Llm.Testing;

namespace Llm.Training.Tests;

[Collection(nameof(Alone))]
public sealed class CheckpointTests
{
    [Fact]
    public void Save_Checkpoint_OpensAsModelFolder()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 2 });
        trainer.Run(Tiny.Windows());

        trainer.Save(folder.Combine("last"));

        var (opened, report) = ModelFolder.Load(folder.Combine("last"));
        using (opened)
        {
            Assert.True(report.IsComplete);
            Assert.Equal(Tiny.Bytes(model), Tiny.Bytes(opened));
        }
        Assert.Equal(["last/config.json", "last/model.safetensors", "last/optimizer.safetensors", "last/trainer_state.json"], folder.Files);
    }

    [Fact]
    public void Run_Options_SavesLastBestAndNewestNumbered()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        var options = new TrainerOptions { Steps = 10, SaveEvery = 2, KeepCheckpoints = 2, EvaluateEvery = 5, CheckpointFolder = folder.Combine("run") };
        using var trainer = new Trainer(model, options);

        var result = trainer.Run(Tiny.Windows(), new SequentialWindows(Tiny.Data(100), 4, 8));

        Assert.Equal([0, 5, 10], result.Validation.Select(point => point.Step));
        Assert.Equal(StopReason.Finished, result.Reason);
        Assert.Equal(["best", "last", "step-00000008", "step-00000010"],
            Directory.GetDirectories(folder.Combine("run")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
