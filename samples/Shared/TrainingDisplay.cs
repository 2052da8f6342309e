using System.Diagnostics;
using System.Text.Json;
using Llm.Training;
using Spectre.Console;

namespace Llm.Samples;

/// <summary>Shows a training run as a bar with step, loss, tokens a second and time left, and keeps its losses in a JSONL file.</summary>
internal sealed class TrainingDisplay(string logPath, int steps) : IProgress<TrainingStep>
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private ProgressTask? _task;
    private long _tokens;
    private int _firstStep = -1;

    /// <summary>Step and loss of every update.</summary>
    public List<(int Step, double Loss)> Losses { get; } = [];

    /// <summary>Step and loss of every evaluation.</summary>
    public List<(int Step, double Loss)> Validation { get; } = [];

    /// <summary>Runs the training under the bar.</summary>
    public TrainingResult Run(Func<TrainingResult> training)
    {
        if (Console.IsOutputRedirected)
            return training();
        return AnsiConsole.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                _task = context.AddTask("starting", maxValue: steps);
                return training();
            });
    }

    /// <summary>Takes up the losses of the run that is resumed, up to where it goes on.</summary>
    public void Restore(int lastStep)
    {
        if (!File.Exists(logPath))
            return;
        var kept = File.ReadLines(logPath)
            .Where(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32() <= lastStep).ToList();
        foreach (var entry in kept.Select(line => JsonDocument.Parse(line).RootElement))
        {
            double? validation = entry.TryGetProperty("validation", out var held) ? held.GetDouble() : null;
            Keep(entry.GetProperty("step").GetInt32(), entry.GetProperty("loss").GetDouble(), validation);
        }
        AtomicWrite(kept);
    }

    /// <inheritdoc/>
    public void Report(TrainingStep value)
    {
        _tokens += value.Tokens;
        if (_firstStep < 0)
            _firstStep = value.Step - 1;
        Keep(value.Step, value.Loss, value.Validation?.Loss);
        File.AppendAllText(logPath, Line(value) + "\n");

        var loss = Losses.TakeLast(20).Average(point => point.Loss);
        var speed = _tokens / _watch.Elapsed.TotalSeconds;
        var left = _watch.Elapsed / (value.Step - _firstStep) * (steps - value.Step);
        var text = $"step {value.Step}/{steps}  loss {loss:F3}  {speed:F0} tokens/s  {left:h\\:mm\\:ss} left";
        if (_task is not null)
        {
            _task.Value = value.Step;
            _task.Description = text;
        }
        if (value.Validation is { } held)
        {
            AnsiConsole.WriteLine(
                $"step {value.Step}: training loss {loss:F4}, validation loss {held.Loss:F4}, perplexity {held.Perplexity:F1}");
        }
        else if (_task is null && value.Step % 50 == 0)
            Console.WriteLine(text);
    }

    private void Keep(int step, double loss, double? validation)
    {
        Losses.Add((step, loss));
        if (validation is { } held)
            Validation.Add((step, held));
    }

    private void AtomicWrite(IEnumerable<string> lines) =>
        Models.AtomicFile.WriteText(logPath, string.Concat(lines.Select(line => line + "\n")));

    private static string Line(TrainingStep step)
    {
        var entry = new Dictionary<string, object>
        {
            ["step"] = step.Step,
            ["loss"] = step.Loss,
            ["gradient_norm"] = step.GradientNorm,
            ["learning_rate"] = step.LearningRate,
            ["tokens"] = step.Tokens,
        };
        if (step.Validation is { } held)
            entry["validation"] = held.Loss;
        return JsonSerializer.Serialize(entry);
    }
}
