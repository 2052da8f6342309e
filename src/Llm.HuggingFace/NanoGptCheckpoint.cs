using Llm.Models;
using static TorchSharp.torch;

namespace Llm.HuggingFace;

/// <summary>A ckpt.pt as nanoGPT's train.py writes it, also of a compiled model.</summary>
public sealed class NanoGptCheckpoint : IDisposable
{
    private readonly TorchFile _file;
    private readonly OrderedDictionary<object, object?> _root;

    private NanoGptCheckpoint(TorchFile file, string path)
    {
        _file = file;
        _root = file.Root as OrderedDictionary<object, object?> ?? throw NotOne(path, "it does not hold a dictionary");
        if (!_root.TryGetValue("model_args", out var found) || found is not OrderedDictionary<object, object?> arguments)
            throw NotOne(path, "it has no model_args");
        Config = Gpt2Presets.WithDropout(Gpt2Presets.NanoGpt, Number(arguments, "dropout", path)) with
        {
            VocabSize = (int)Number(arguments, "vocab_size", path),
            ContextLength = (int)Number(arguments, "block_size", path),
            LayerCount = (int)Number(arguments, "n_layer", path),
            HeadCount = (int)Number(arguments, "n_head", path),
            HiddenSize = (int)Number(arguments, "n_embd", path),
            Bias = arguments.TryGetValue("bias", out var bias) && bias is bool flag
                ? flag
                : throw NotOne(path, "its model_args have no bias"),
        };
        Iteration = _root.TryGetValue("iter_num", out var iteration) && iteration is long number ? number : 0;
        Weights = new LinearWeights(file.At("model"));
    }

    /// <summary>The model's shape: nanoGPT's model_args.</summary>
    public Gpt2Config Config { get; }

    /// <summary>Updates that the checkpoint has seen; nanoGPT's iter_num.</summary>
    public long Iteration { get; }

    /// <summary>The weights with the names and the layout of Hugging Face's files.</summary>
    public ITensorSource Weights { get; }

    /// <summary>The file, for what else it holds: optimizer, config, best_val_loss.</summary>
    public TorchFile File => _file;

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The file is not a checkpoint of nanoGPT, or is damaged.</exception>
    public static NanoGptCheckpoint Open(string path)
    {
        var file = TorchFile.Open(path);
        try
        {
            return new NanoGptCheckpoint(file, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Builds the model, in evaluation mode.</summary>
    /// <exception cref="InvalidDataException">The weights do not fit the model's shape.</exception>
    public (CausalLM Model, LoadReport Report) LoadModel()
    {
        var model = Config.CreateModel(initialize: false);
        try
        {
            return (model, model.LoadWeights(Weights));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static double Number(OrderedDictionary<object, object?> arguments, string name, string path) =>
        arguments.TryGetValue(name, out var value) && value is long or double
            ? Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)
            : throw NotOne(path, $"its model_args have no number {name}");

    private static InvalidDataException NotOne(string path, string because) => new($"'{path}' is not a checkpoint of nanoGPT: {because}.");

    /// <summary>nanoGPT's Linear weights (out, in) as the Conv1D weights (in, out) that Hugging Face's GPT-2 has.</summary>
    private sealed class LinearWeights : ITensorSource
    {
        private const string CompiledPrefix = "_orig_mod.";
        private readonly ITensorSource _source;
        private readonly Dictionary<string, string> _names;

        public LinearWeights(ITensorSource source)
        {
            _source = source;
            _names = source.Tensors.Keys.ToDictionary(name =>
                name.StartsWith(CompiledPrefix, StringComparison.Ordinal) ? name[CompiledPrefix.Length..] : name);
            Tensors = _names.ToDictionary(name => name.Key, name => Transposed(name.Key, source.Tensors[name.Value]));
        }

        public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

        public void CopyTo(string name, Tensor destination)
        {
            if (!IsConv1D(name))
            {
                _source.CopyTo(_names[name], destination);
                return;
            }
            using var mode = no_grad();
            using var scope = NewDisposeScope();
            destination.copy_(_source.Read(_names[name]).t());
        }

        public void Dispose() => _source.Dispose();

        private static TensorInfo Transposed(string name, TensorInfo info) =>
            info with { Name = name, Shape = IsConv1D(name) ? [.. info.Shape.Reverse()] : info.Shape };

        private static bool IsConv1D(string name) =>
            name.EndsWith(".weight", StringComparison.Ordinal) && (name.Contains(".c_attn.", StringComparison.Ordinal)
            || name.Contains(".c_proj.", StringComparison.Ordinal) || name.Contains(".c_fc.", StringComparison.Ordinal));
    }
}
