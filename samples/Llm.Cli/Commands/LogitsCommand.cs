using System.CommandLine;
using System.Runtime.InteropServices;
using Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Cli;

/// <summary>What a model makes of token ids, as numbers.</summary>
internal static class LogitsCommand
{
    private static readonly string[] Fields = ["ids", "attention_mask"];

    public static Command Create(Terminal terminal)
    {
        var all = new Option<bool>("--all") { Description = "The logits of all positions rather than of the last column alone." };
        var (model, mode) = (new ModelSource(), new JsonMode());
        var command = new Command("logits", "Computes logits for {\"ids\": [[...], ...], \"attention_mask\"?} a line.") { all };
        model.AddTo(command);
        mode.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            using var pretrained = model.Load(parsed, terminal);
            return mode.Answer(parsed, terminal, line => new Answer(Compute(pretrained.Model, line, parsed.GetValue(all))), cancellation);
        });
        return command;
    }

    private static object Compute(CausalLM model, string line, bool all)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var request = JsonRequest.Parse(line, Fields);
        var ids = ReadRows(request, "ids", model.parameters().First().device); // (B, T)
        using var context = new AttentionContext(request.Has("attention_mask") ? ReadMask(request, ids) : null);
        if (!all)
            return Rows(model.LastLogits(ids, context)); // (B, V)
        var logits = model.call(ids, context); // (B, T, V)
        return Enumerable.Range(0, (int)ids.shape[0]).Select(row => Rows(logits[row])).ToArray();
    }

    private static Tensor ReadMask(JsonRequest request, Tensor ids)
    {
        var mask = ReadRows(request, "attention_mask", ids.device); // (B, T)
        if (!mask.shape.SequenceEqual(ids.shape))
            throw new InvalidDataException("'attention_mask' must have as many rows and columns as 'ids'.");
        if (mask.min().ToInt64() < 0 || mask.max().ToInt64() > 1)
            throw new InvalidDataException("'attention_mask' must hold 1 for a token and 0 for padding.");
        return mask;
    }

    private static Tensor ReadRows(JsonRequest request, string name, Device device)
    {
        var rows = request.Get<long[][]>(name, "a list of rows of whole numbers, such as [[1, 2], [3, 4]]");
        if (rows.Length == 0 || rows[0] is not { Length: > 0 and var width })
            throw new InvalidDataException($"'{name}' must have at least one row with at least one number.");
        if (Array.FindIndex(rows, row => row?.Length != width) is >= 0 and var odd)
        {
            throw new InvalidDataException(
                $"The rows of '{name}' must be equally long, but row 0 has {width} and row {odd} has {rows[odd]?.Length ?? 0}. "
                + "Pad them, and give an attention_mask.");
        }
        return tensor(rows.SelectMany(row => row).ToArray(), device: device).view(rows.Length, width);
    }

    private static float[][] Rows(Tensor matrix)
    {
        var (rows, columns) = ((int)matrix.shape[0], (int)matrix.shape[1]);
        var values = MemoryMarshal.Cast<byte, float>(matrix.to(ScalarType.Float32).cpu().contiguous().bytes).ToArray();
        return Enumerable.Range(0, rows).Select(row => values.AsSpan(row * columns, columns).ToArray()).ToArray();
    }

    private sealed record Answer(object Logits);
}
