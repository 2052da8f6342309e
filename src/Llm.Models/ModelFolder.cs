using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Opens and saves a model as a folder in Hugging Face's layout: config.json and the weights.</summary>
public static class ModelFolder
{
    private const string TorchName = "pytorch_model.bin";

    /// <summary>Opens the model in evaluation mode.</summary>
    /// <param name="folder">Folder with config.json and model.safetensors, its shards, or pytorch_model.bin.</param>
    /// <param name="dtype">Type of the weights; null for float32, whatever the file holds.</param>
    /// <param name="device">Device of the weights; null for the CPU.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error. The default is true.</param>
    /// <exception cref="FileNotFoundException">The folder has no config.json or no weights.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, the model type is not known, or the weights do not fit the config.
    /// </exception>
    public static (CausalLM Model, LoadReport Report) Load(
        string folder, ScalarType? dtype = null, Device? device = null, bool strict = true)
    {
        var config = ModelConfig.Load(folder);
        using var weights = OpenWeights(folder);
        var model = config.CreateModel(initialize: !strict);
        try
        {
            model.to(device ?? CPU, dtype ?? ScalarType.Float32);
            return (model, model.LoadWeights(weights, strict));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Saves config.json and model.safetensors. Each file is replaced only once its successor is whole.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">Folder; made where it does not exist.</param>
    /// <param name="dtype">Type to store the weights in; null for the model's.</param>
    /// <param name="maxShardSize">Weights beyond so many bytes are split over several files with an index; null for one file.</param>
    /// <exception cref="IOException">A file cannot be written; what was there before is whole.</exception>
    public static void Save(CausalLM model, string folder, ScalarType? dtype = null, long? maxShardSize = null)
    {
        Directory.CreateDirectory(folder);
        // Without the type, Hugging Face would convert the weights to the one that an older config names.
        var type = JsonSerializer.SerializeToElement(NameOf(dtype ?? model.parameters().First().dtype));
        var other = new Dictionary<string, JsonElement>(model.Config.Other ?? new Dictionary<string, JsonElement>())
        {
            ["dtype"] = type,
            ["torch_dtype"] = type,
        };
        var weights = model.ExportWeights();
        var metadata = new Dictionary<string, string> { ["format"] = "pt" }; // transformers refuses files without it
        if (maxShardSize is { } size)
            Safetensors.SaveSharded(folder, weights, size, metadata, dtype);
        else
            Safetensors.Save(Path.Combine(folder, CausalLMWeights.FileName), weights, metadata, dtype);
        (model.Config with { Other = other }).Save(folder);
    }

    /// <summary>
    /// Opens the weights in a model folder: model.safetensors, its shards, pytorch_model.bin, or its shards, in this order.
    /// </summary>
    /// <exception cref="FileNotFoundException">The folder has none of them.</exception>
    public static ITensorSource OpenWeights(string folder)
    {
        if (File.Exists(Path.Combine(folder, CausalLMWeights.FileName)))
            return SafetensorsFile.Open(Path.Combine(folder, CausalLMWeights.FileName));
        if (File.Exists(Path.Combine(folder, CausalLMWeights.FileName + ".index.json")))
            return ShardedSafetensors.Open(folder);
        if (File.Exists(Path.Combine(folder, TorchName)))
            return TorchFile.Open(Path.Combine(folder, TorchName));
        if (File.Exists(Path.Combine(folder, ShardedTorchFile.IndexName)))
            return ShardedTorchFile.Open(folder);
        throw new FileNotFoundException(
            $"'{folder}' has no weights: neither {CausalLMWeights.FileName} nor {TorchName}, nor an index of parts of one of them.");
    }

    private static string NameOf(ScalarType type) => type.ToString().ToLowerInvariant();
}
