using System.CommandLine;
using System.CommandLine.Parsing;
using Llm.Sampling;

namespace Llm.Cli;

/// <summary>What to generate.</summary>
/// <param name="Prompt">Text or ids.</param>
/// <param name="Options">How.</param>
/// <param name="SequenceCount">How many texts; those after the first have the next seeds.</param>
/// <param name="LogProbabilities">Whether the log-probability of each new token is wanted.</param>
internal sealed record GenerationRequest(Prompt Prompt, GenerationOptions Options, int SequenceCount, bool LogProbabilities);

/// <summary>The flags of a generation, which hold for every line of --jsonl that does not say otherwise.</summary>
internal sealed class GenerationFlags
{
    private const string SequenceCountName = "num_return_sequences";
    private const string LogProbabilitiesName = "logprobs";

    private static readonly (string, string) Messages =
        ("messages", "'messages' needs a chat template, which is not supported. Give 'prompt' or 'ids'.");

    private static readonly string[] Fields =
        ["prompt", "ids", .. GenerationSetting.All.Select(setting => setting.Name), SequenceCountName, LogProbabilitiesName];

    private readonly (GenerationSetting Setting, Option Flag)[] _flags =
        [.. GenerationSetting.All.Select(setting => (setting, setting.CreateFlag()))];

    private readonly Option<int> _sequenceCount = new("--num-return-sequences")
    {
        Description = "How many texts to draw.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _logProbabilities = new("--logprobs")
    {
        Description = "Add the log-probability that the model gives each new token, before any option acts.",
    };

    public void AddTo(Command command)
    {
        foreach (var (_, flag) in _flags)
            command.Add(flag);
        command.Add(_sequenceCount);
        command.Add(_logProbabilities);
    }

    public bool AsksForLogProbabilities(CommandResult result) => result.GetValue(_logProbabilities);

    public GenerationRequest Read(ParseResult parsed, string prompt) =>
        new(prompt, Read(parsed), parsed.GetValue(_sequenceCount), parsed.GetValue(_logProbabilities));

    /// <summary>Reads a line of --jsonl.</summary>
    /// <exception cref="InvalidDataException">It is not a valid request.</exception>
    public GenerationRequest ReadLine(ParseResult parsed, string line)
    {
        var request = JsonRequest.Parse(line, Fields, Messages);
        var options = new GenerationOptions();
        foreach (var setting in GenerationSetting.All)
        {
            if (request.Has(setting.Name))
                setting.Apply(request, options);
            else if (request.HasNull(setting.Name))
                setting.ApplyNull(options);
        }
        return new GenerationRequest(
            request.OneOf("prompt", "ids") == "ids" ? Prompt.FromIds(request.GetIds()) : Prompt.FromText(request.GetText("prompt")),
            options.WithDefaults(Read(parsed)),
            request.Has(SequenceCountName) ? request.Get<int>(SequenceCountName, "a whole number") : parsed.GetValue(_sequenceCount),
            request.Has(LogProbabilitiesName)
                ? request.Get<bool>(LogProbabilitiesName, "true or false")
                : parsed.GetValue(_logProbabilities));
    }

    private GenerationOptions Read(ParseResult parsed)
    {
        var options = new GenerationOptions();
        foreach (var (setting, flag) in _flags)
        {
            if (parsed.GetResult(flag) is { Implicit: false })
                setting.Apply(parsed, flag, options);
        }
        return options;
    }
}
