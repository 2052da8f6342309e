using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llm.HuggingFace;
using Llm.Models;

namespace Llm.Cli;

/// <summary>What a model folder holds.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        var tensors = new Option<bool>("--tensors") { Description = "List the tensors of the weights file, and what became of each." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var model = new ModelSource();
        var command = new Command("inspect", "Shows config, parameters, load report, memory and modules of a model.") { tensors, json };
        model.AddTo(command, computes: false);
        command.SetWork((parsed, _) =>
        {
            using var pretrained = model.LoadToInspect(parsed);
            var listed = parsed.GetValue(tensors) ? Tensors(model.Folder(parsed), pretrained.Report) : null;
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(JsonText.Of(Describe(pretrained, listed)));
            else
                Print(pretrained, listed, terminal.Output);
            return CommandLine.Success;
        });
        return command;
    }

    private static Answer Describe(PretrainedModel pretrained, IReadOnlyList<TensorAnswer>? tensors)
    {
        var (counts, report, memory) = (pretrained.Model.ParameterCounts, pretrained.Report, ModelMemory.Of(pretrained.Model));
        return new Answer(
            JsonNode.Parse(pretrained.Model.Config.ToJson())!,
            new ParametersAnswer(counts.Total, counts.Trainable, counts.Components.ToDictionary()),
            new ReportAnswer(
                report[LoadOutcome.Assigned],
                report[LoadOutcome.Tied],
                report[LoadOutcome.Ignored],
                [.. report.Entries.Where(entry => entry.Outcome == LoadOutcome.Missing).Select(entry => entry.Name)],
                [.. report.Entries.Where(entry => entry.Outcome == LoadOutcome.Unexpected).Select(entry => entry.Name)]),
            memory,
            ModuleTree.Of(pretrained.Model),
            tensors);
    }

    private static void Print(PretrainedModel pretrained, IReadOnlyList<TensorAnswer>? tensors, TextWriter output)
    {
        var memory = ModelMemory.Of(pretrained.Model);
        output.WriteLine(pretrained.Model.Config.ToJson());
        output.WriteLine();
        output.WriteLine(pretrained.Model.ParameterCounts);
        output.WriteLine();
        output.WriteLine(pretrained.Report);
        foreach (var entry in pretrained.Report.Entries.Where(entry => entry.Outcome is LoadOutcome.Missing or LoadOutcome.Unexpected))
            output.WriteLine($"  {entry.Outcome}: {entry.Name}, {entry.Detail}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"memory in {memory.Dtype}: {memory.WeightsBytes / 1e6:N1} MB of weights, "
            + $"{memory.CacheBytesPerToken / 1e3:N1} kB a token in the cache"));
        output.WriteLine();
        foreach (var module in ModuleTree.Of(pretrained.Model))
            output.WriteLine(module);
        if (tensors is null)
            return;
        output.WriteLine();
        foreach (var tensor in tensors)
            output.WriteLine($"{tensor.Name}  {tensor.Dtype} ({string.Join(", ", tensor.Shape)})  {tensor.Outcome}: {tensor.Detail}");
    }

    private static List<TensorAnswer> Tensors(string folder, LoadReport report)
    {
        using var weights = ModelFolder.OpenWeights(folder);
        var outcomes = report.Entries.Where(entry => entry.Outcome != LoadOutcome.Missing).ToDictionary(entry => entry.Name);
        return [.. weights.Tensors.Values.Select(tensor => new TensorAnswer(
            tensor.Name, tensor.DataType, tensor.Shape, tensor.ByteCount,
            outcomes[tensor.Name].Outcome.ToString().ToLowerInvariant(), outcomes[tensor.Name].Detail))];
    }

    private sealed record Answer(
        JsonNode Config,
        ParametersAnswer Parameters,
        ReportAnswer LoadReport,
        ModelMemory Memory,
        IReadOnlyList<string> Modules,
        IReadOnlyList<TensorAnswer>? Tensors);

    private sealed record ParametersAnswer(long Total, long Trainable, IReadOnlyDictionary<string, long> Components);

    private sealed record ReportAnswer(
        int Assigned, int Tied, int Ignored, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected);

    private sealed record TensorAnswer(string Name, string Dtype, IReadOnlyList<long> Shape, long Bytes, string Outcome, string Detail);
}
