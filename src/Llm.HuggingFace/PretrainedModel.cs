using Llm.Models;
using Llm.Tokenizers;

namespace Llm.HuggingFace;

/// <summary>A model with all that belongs to it: tokenizer and generation settings, as Hugging Face keeps them in one folder.</summary>
public sealed class PretrainedModel : IDisposable
{
    private readonly LlmTokenizer? _tokenizer;

    /// <summary>Puts a model together, to save it. The model then belongs to this object, which disposes it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer; null where there is none.</param>
    /// <param name="generation">How it wants to be sampled; null for nothing in particular.</param>
    public PretrainedModel(CausalLM model, LlmTokenizer? tokenizer = null, GenerationConfig? generation = null)
        : this(model, new LoadReport([]), tokenizer, generation ?? new GenerationConfig())
    {
    }

    private PretrainedModel(CausalLM model, LoadReport report, LlmTokenizer? tokenizer, GenerationConfig generation)
    {
        Model = model;
        Report = report;
        Generation = generation;
        _tokenizer = tokenizer;
    }

    /// <summary>The model, in evaluation mode when it was loaded.</summary>
    public CausalLM Model { get; }

    /// <summary>What became of every tensor on loading; empty for a model that was not loaded.</summary>
    public LoadReport Report { get; }

    /// <summary>How the model wants to be sampled.</summary>
    public GenerationConfig Generation { get; }

    /// <summary>Whether there is a tokenizer.</summary>
    public bool HasTokenizer => _tokenizer is not null;

    /// <summary>The tokenizer.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public LlmTokenizer Tokenizer => _tokenizer ?? throw new InvalidOperationException(
        "The model folder has no tokenizer (tokenizer.json, or vocab.json with merges.txt). Use token ids, or give the model a tokenizer.");

    /// <summary>Opens a folder in Hugging Face's layout in float32 on the CPU.</summary>
    /// <inheritdoc cref="Load(PretrainedModelOptions)"/>
    public static PretrainedModel Load(string folder) => Load(new PretrainedModelOptions { Folder = folder });

    /// <summary>
    /// Opens a folder in Hugging Face's layout: config.json, weights, generation_config.json and
    /// tokenizer files, the last two as far as they exist.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder has no config.json or no weights.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, the model type is not known, or the weights do not fit the config.
    /// </exception>
    public static PretrainedModel Load(PretrainedModelOptions options)
    {
        options.Validate();
        if (!Directory.Exists(options.Folder))
            throw new DirectoryNotFoundException($"There is no folder '{options.Folder}'.");
        if (!File.Exists(Path.Combine(options.Folder, ModelConfig.FileName)))
            throw new FileNotFoundException($"'{options.Folder}' has no {ModelConfig.FileName}: it is not a model folder.");
        var tokenizer = HasTokenizerFiles(options.Folder) ? TokenizerFolder.Load(options.Folder) : null;
        var generation = LoadGeneration(options.Folder);
        var (model, report) = ModelFolder.Load(
            options.Folder, TorchNames.ParseType(options.Type), TorchNames.ParseDevice(options.Device), options.Strict);
        if (tokenizer is not null && tokenizer.VocabSize > model.Config.VocabSize)
        {
            model.Dispose();
            throw new InvalidDataException(
                $"The tokenizer has {tokenizer.VocabSize} ids, but the model knows {model.Config.VocabSize}. They do not belong together.");
        }
        return new PretrainedModel(model, report, tokenizer, generation);
    }

    /// <summary>Saves everything as a folder that Hugging Face's library opens.</summary>
    /// <param name="folder">Folder; made where it does not exist. Each file is replaced only once its successor is whole.</param>
    /// <param name="options">Type of the stored weights and size of the files; null for the defaults.</param>
    /// <exception cref="IOException">A file cannot be written; what was there before is whole.</exception>
    public void Save(string folder, PretrainedModelSaveOptions? options = null)
    {
        options ??= new PretrainedModelSaveOptions();
        ModelFolder.Save(Model, folder, options.Type is null ? null : TorchNames.ParseType(options.Type), options.MaxShardSize);
        AtomicFile.WriteText(Path.Combine(folder, GenerationConfig.FileName), Generation.ToJson());
        _tokenizer?.Save(folder);
    }

    /// <summary>Frees the model's memory.</summary>
    public void Dispose() => Model.Dispose();

    private static bool HasTokenizerFiles(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "vocab.json"));

    // As in Hugging Face's library, older folders without the file have the ids in config.json.
    private static GenerationConfig LoadGeneration(string folder)
    {
        var path = Path.Combine(folder, GenerationConfig.FileName);
        if (File.Exists(path))
            return GenerationConfig.FromJson(File.ReadAllText(path));
        var config = GenerationConfig.FromJson(File.ReadAllText(Path.Combine(folder, ModelConfig.FileName)));
        return new GenerationConfig { BosTokenId = config.BosTokenId, EosTokenIds = config.EosTokenIds, PadTokenId = config.PadTokenId };
    }
}
