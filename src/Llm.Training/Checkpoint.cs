using Llm.Models;
using static TorchSharp.torch;

namespace Llm.Training;

/// <summary>
/// A stopped training as a folder: a Hugging Face model folder (config.json, model.safetensors), the optimizer's moments
/// (optimizer.safetensors), and the rest (trainer_state.json). It opens like any model folder.
/// </summary>
/// <remarks>The folder is written under a temporary name beside it and renamed once it is whole and on the disk.</remarks>
public static class Checkpoint
{
    /// <summary>Name of the newest checkpoint of a run.</summary>
    public const string LastName = "last";

    /// <summary>Name of the checkpoint with the lowest validation loss.</summary>
    public const string BestName = "best";

    private const string OptimizerFileName = "optimizer.safetensors";

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="folder">The folder to create or replace; what was there stays whole until the new one is.</param>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="state">Where the training stands.</param>
    /// <param name="addFiles">Adds files, such as the tokenizer's; the argument is the folder to write to.</param>
    /// <exception cref="IOException">The folder cannot be written; the message names it.</exception>
    public static void Save(string folder, CausalLM model, AdamW optimizer, TrainerState state, Action<string>? addFiles = null) =>
        AtomicFolder.Write(folder, temporary =>
        {
            using var scope = NewDisposeScope();
            ModelFolder.Save(model, temporary);
            optimizer.Save(Path.Combine(temporary, OptimizerFileName));
            AtomicFile.WriteText(Path.Combine(temporary, TrainerState.FileName), state.ToJson());
            addFiles?.Invoke(temporary);
        });

    /// <summary>Reads a checkpoint into a model and its optimizer.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="model">A model of the same config.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="check">Throws where the state does not suit, before anything changes.</param>
    /// <exception cref="FileNotFoundException">The folder is not a checkpoint.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the checkpoint belongs to another model.</exception>
    public static TrainerState Load(string folder, CausalLM model, AdamW optimizer, Action<TrainerState>? check = null)
    {
        folder = Find(folder);
        var path = Path.Combine(folder, TrainerState.FileName);
        var state = TrainerState.FromJson(File.ReadAllText(path), path);
        check?.Invoke(state);
        using var moments = SafetensorsFile.Open(Path.Combine(folder, OptimizerFileName));
        using var weights = ModelFolder.OpenWeights(folder);
        model.LoadWeights(weights);
        optimizer.Load(moments);
        return state;
    }

    /// <summary>The checkpoint that <paramref name="folder"/> is, or else the one called last in it.</summary>
    /// <exception cref="FileNotFoundException">It is neither.</exception>
    public static string Find(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        foreach (var candidate in (ReadOnlySpan<string>)[folder, Path.Combine(folder, LastName)])
        {
            AtomicFolder.Recover(candidate);
            if (File.Exists(Path.Combine(candidate, TrainerState.FileName)))
                return candidate;
        }
        throw new FileNotFoundException(
            $"'{folder}' is not a checkpoint of a training, nor has it one called {LastName}: there is no {TrainerState.FileName}. "
            + "A model folder without it has weights to start from, but nothing to resume.");
    }
}
