using System.CommandLine;
using System.Globalization;
using System.Text;
using Llm.Training;

namespace Llm.Cli;

/// <summary>How well a model predicts a text file.</summary>
internal static class EvalCommand
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Command Create(Terminal terminal)
    {
        var text = new Option<FileInfo>("--text") { Description = "The text, in UTF-8.", Required = true };
        var context = new Option<int?>("--context") { Description = "Tokens the model sees at once. Default: the model's context." };
        var stride = new Option<int?>("--stride")
        {
            Description = "How far the window moves; smaller is slower, and gives more context. Default: half of --context.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var (model, tokenizer) = (new ModelSource(), new TokenizerSource(required: false));
        var command = new Command("eval", "Measures loss, perplexity and bits per byte on a text.") { text, context, stride, json };
        model.AddTo(command);
        tokenizer.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var content = Read(parsed.GetValue(text)!);
            using var pretrained = model.Load(parsed, terminal, tokenizer.Find(parsed));
            using var data = TokenData.FromText(content, pretrained.Tokenizer);
            var bytes = Encoding.UTF8.GetByteCount(content);
            var result = Evaluation.OfText(pretrained.Model, data, parsed.GetValue(context), parsed.GetValue(stride), bytes, cancellation);
            var answer = new Answer(result.Loss, result.Perplexity, result.BitsPerByte!.Value, result.Tokens, bytes);
            terminal.Output.WriteLine(parsed.GetValue(json) ? JsonText.Of(answer) : answer.ToString());
            return CommandLine.Success;
        });
        return command;
    }

    private static string Read(FileInfo file)
    {
        if (!file.Exists)
            throw new FileNotFoundException($"There is no file '{file}'.");
        try
        {
            return File.ReadAllText(file.FullName, Utf8);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"'{file}' is not a text in UTF-8.", exception);
        }
    }

    private sealed record Answer(double Loss, double Perplexity, double BitsPerByte, long Tokens, long Bytes)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"loss {Loss:F4}, perplexity {Perplexity:F2}, {BitsPerByte:F4} bits per byte; {Tokens:N0} tokens predicted, {Bytes:N0} bytes");
    }
}
