using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Llm.HuggingFace;
using Llm.Models;
using Llm.Tokenizers;
using Llm.Training;
using TorchSharp;

namespace Llm.Cli;

/// <summary>The options --model, --device, --dtype and --threads.</summary>
internal sealed partial class ModelSource
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "Folder in Hugging Face's layout, or a checkpoint of a training.",
        Required = true,
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "auto, cpu, cuda, cuda:N or mps.",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string> _type = new("--dtype")
    {
        Description = "Type of the weights in memory.",
        DefaultValueFactory = _ => "float32",
    };

    private readonly Option<int> _threads = new("--threads") { Description = "Threads of torch; 0 leaves the choice to it." };

    public ModelSource()
    {
        _type.AcceptOnlyFromAmong("float32", "bfloat16", "float16");
        _device.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && !DeviceName().IsMatch(name))
                result.AddError($"'{name}' is not a device. Known: auto, cpu, cuda, cuda:N, mps.");
        });
        _threads.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() < 0)
                result.AddError("--threads takes a whole number, 0 or more.");
        });
    }

    /// <summary>Adds the options; a command that computes nothing takes no device and no threads.</summary>
    public void AddTo(Command command, bool computes = true)
    {
        command.Add(_model);
        command.Add(_type);
        if (!computes)
            return;
        command.Add(_device);
        command.Add(_threads);
    }

    /// <summary>The folder of the model; of a training's folder, its last checkpoint.</summary>
    public static string FolderOf(string name)
    {
        if (!Directory.Exists(name))
            throw new DirectoryNotFoundException($"There is no folder '{name}'.{HubId.HintFor(name)}");
        var isModel = File.Exists(Path.Combine(name, ModelConfig.FileName));
        return !isModel && Directory.Exists(Path.Combine(name, Checkpoint.LastName)) ? Checkpoint.Find(name) : name;
    }

    public string Folder(ParseResult parsed) => FolderOf(parsed.GetValue(_model)!);

    /// <summary>Opens the model to compute with it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Takes a line about it, unless --quiet.</param>
    /// <param name="tokenizer">Replaces the folder's tokenizer; null keeps it.</param>
    public PretrainedModel Load(ParseResult parsed, Terminal terminal, LlmTokenizer? tokenizer = null)
    {
        var folder = Folder(parsed);
        TorchNative.EnsureLoaded();
        if (parsed.GetValue(_threads) is > 0 and var threads)
            torch.set_num_threads(threads);
        var watch = Stopwatch.StartNew();
        var pretrained = PretrainedModel.Load(new PretrainedModelOptions
        {
            Folder = folder,
            Device = parsed.GetValue(_device)!,
            Type = parsed.GetValue(_type)!,
        });
        if (!parsed.GetValue<bool>(CommandLine.Quiet))
            terminal.Error.WriteLine($"{folder}: {pretrained.Report}, in {watch.Elapsed.TotalSeconds:F1} s.");
        return tokenizer is null ? pretrained : WithTokenizer(pretrained, tokenizer);
    }

    /// <summary>Opens the model to look at it, even where its weights are not complete.</summary>
    public PretrainedModel LoadToInspect(ParseResult parsed) => PretrainedModel.Load(new PretrainedModelOptions
    {
        Folder = Folder(parsed),
        Type = parsed.GetValue(_type)!,
        Strict = false,
    });

    private static PretrainedModel WithTokenizer(PretrainedModel pretrained, LlmTokenizer tokenizer)
    {
        var known = pretrained.Model.Config.VocabSize;
        if (tokenizer.VocabSize <= known)
            return new PretrainedModel(pretrained.Model, tokenizer, pretrained.Generation);
        pretrained.Dispose();
        throw new InvalidDataException(
            $"The tokenizer has {tokenizer.VocabSize} ids, but the model knows {known}. They do not belong together.");
    }

    [GeneratedRegex(@"^(auto|cpu|cuda(:\d+)?|mps)$")]
    private static partial Regex DeviceName();
}
