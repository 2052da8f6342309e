using System.Text.Json;
using Llm.Models;
using Llm.Testing;

namespace Llm.Training.Tests;

[Collection(nameof(Alone))]
public sealed class CheckpointTests
{
    private static readonly TrainerOptions TwoSteps = new() { Steps = 2 };

    [Fact]
    public void Save_Checkpoint_OpensAsModelFolder()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, TwoSteps);
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
    public void Save_CallersFiles_AreInTheCheckpoint()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        var options = new TrainerOptions
        {
            AddToCheckpoint = place => File.WriteAllText(Path.Combine(place, "vocab.json"), "{}"),
        };
        using var trainer = new Trainer(model, options);

        trainer.Save(folder.Combine("last"));

        Assert.True(File.Exists(folder.Combine("last", "vocab.json")));
    }

    [Fact]
    public void Run_Options_SavesLastBestAndNewestNumbered()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        var options = new TrainerOptions
        {
            Steps = 10,
            SaveEvery = 2,
            KeepCheckpoints = 2,
            EvaluateEvery = 5,
            CheckpointFolder = folder.Combine("run"),
        };
        using var trainer = new Trainer(model, options);

        trainer.Run(Tiny.Windows(), new SequentialWindows(Tiny.Data(100), 4, 8));

        Assert.Equal(["best", "last", "step-00000008", "step-00000010"],
            Directory.GetDirectories(folder.Combine("run")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // What happens when the disk is full while the last file is written: an IOException out of the middle of a save.
    [Fact]
    public void Save_DiskFull_LeavesTheOldCheckpointWhole()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        var full = false;
        using var trainer = new Trainer(model, new TrainerOptions { AddToCheckpoint = _ => ThrowIf(full) });
        trainer.Save(folder.Combine("last"));
        var before = Contents(folder);
        Assert.Equal(1, trainer.Train(Tiny.Windows()).First().Step);
        full = true;

        var error = Assert.Throws<IOException>(() => trainer.Save(folder.Combine("last")));

        Assert.Contains(
            $"The checkpoint '{folder.Combine("last")}' cannot be written: No space left on device.",
            error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents(folder));
    }

    [Fact]
    public void Save_ParentIsAFile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        var file = folder.Write("file", 1);

        var error = Assert.Throws<IOException>(() => trainer.Save(Path.Combine(file, "last")));

        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_FolderOfARun_TakesLast()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using (var trainer = new Trainer(model, new TrainerOptions { Steps = 2, CheckpointFolder = folder.Path }))
            trainer.Run(Tiny.Windows());
        using var other = new Trainer(model, new TrainerOptions { Steps = 3 });

        other.Resume(folder.Path);

        Assert.Equal(2, other.State.Step);
        Assert.Equal([3], other.Train(Tiny.Windows()).Select(step => step.Step));
    }

    [Fact]
    public void Resume_NoCheckpoint_SaysWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        ModelFolder.Save(model, folder.Path);
        using var trainer = new Trainer(model);

        var error = Assert.Throws<FileNotFoundException>(() => trainer.Resume(folder.Path));

        Assert.Contains("there is no trainer_state.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"step\": ")]
    [InlineData("null")]
    [InlineData("[1]")]
    public void Resume_DamagedState_SaysSo(string json)
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        trainer.Save(folder.Combine("last"));
        File.WriteAllText(folder.Combine("last", "trainer_state.json"), json);

        var error = Assert.Throws<InvalidDataException>(() => trainer.Resume(folder.Combine("last")));

        Assert.Contains("trainer_state.json' is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_OtherModel_ThrowsAndChangesNothing()
    {
        using var folder = new TemporaryFolder();
        using var wide = Tiny.Model(Tiny.Config with { HiddenSize = 16 });
        using (var saved = new Trainer(wide))
            saved.Save(folder.Combine("last"));
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        var before = Tiny.Bytes(model);

        Assert.Throws<InvalidDataException>(() => trainer.Resume(folder.Combine("last")));

        Assert.Equal(before, Tiny.Bytes(model));
        Assert.Equal(0, trainer.State.Step);
    }

    [Fact]
    public void Resume_OtherSeed_SaysSo()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using (var saved = new Trainer(model))
            saved.Save(folder.Combine("last"));
        using var trainer = new Trainer(model, new TrainerOptions { Seed = 2 });

        var error = Assert.Throws<InvalidDataException>(() => trainer.Resume(folder.Combine("last")));

        Assert.Contains("made with Seed 1337", error.Message, StringComparison.Ordinal);
    }

    // A process that was killed between the two moves of a replacement leaves the old checkpoint aside.
    [Fact]
    public void Resume_KilledWhileReplacing_FindsTheOldOne()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        trainer.Save(folder.Combine("last"));
        Directory.Move(folder.Combine("last"), folder.Combine(".last.old"));

        trainer.Resume(folder.Path);

        Assert.True(Directory.Exists(folder.Combine("last")));
    }

    [Fact]
    public void Save_KilledWhileWriting_TheRestIsClearedAway()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        Directory.CreateDirectory(folder.Combine(".checkpoint-half"));
        folder.Write(".checkpoint-half/model.safetensors", 1, 2, 3);
        Directory.CreateDirectory(folder.Combine(".last.old"));
        folder.Write(".last.old/config.json", 1);

        trainer.Save(folder.Combine("last"));
        trainer.Save(folder.Combine("last"));

        Assert.All(folder.Files, file => Assert.StartsWith("last/", file, StringComparison.Ordinal));
    }

    [Fact]
    public void Save_State_IsReadableJson()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model, new TrainerOptions { Steps = 2, CheckpointFolder = folder.Path });
        trainer.Run(Tiny.Windows(), new SequentialWindows(Tiny.Data(100), 4, 8));

        var state = JsonDocument.Parse(File.ReadAllText(folder.Combine("last", "trainer_state.json"))).RootElement;

        Assert.Equal((2, 2, 64), (state.Int("step"), state.Int("next_batch"), state.Int("tokens_seen")));
        Assert.Equal([0, 2], state.GetProperty("validation").EnumerateArray().Select(point => point.Int("step")));
        Assert.Equal("cosine", state.GetProperty("options").GetProperty("schedule").GetString());
        Assert.Equal("random windows: 300 ids, 4 x 8, seed 5", state.GetProperty("data").GetString());
    }

    private static void ThrowIf(bool full)
    {
        if (full)
            throw new IOException("No space left on device.");
    }

    private static Dictionary<string, byte[]> Contents(TemporaryFolder folder) =>
        folder.Files.ToDictionary(file => file, file => File.ReadAllBytes(folder.Combine(file)));
}
