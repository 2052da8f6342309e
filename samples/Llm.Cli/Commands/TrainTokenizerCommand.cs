using System.CommandLine;

namespace Llm.Cli;

/// <summary>Texts to a tokenizer of one's own.</summary>
internal static class TrainTokenizerCommand
{
    public static Command Create(Terminal terminal)
    {
        var input = new Option<FileInfo[]>("--input")
        {
            Description = "Texts in UTF-8.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<DirectoryInfo>("--out") { Description = "The folder to write.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var learning = new TokenizerLearning();
        var command = new Command("train-tokenizer", "Learns a tokenizer from texts and writes Hugging Face's files.")
        {
            input,
            output,
            json,
        };
        learning.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var files = parsed.GetValue(input)!;
            if (files.FirstOrDefault(file => !file.Exists) is { } missing)
                throw new FileNotFoundException($"There is no file '{missing}'.");
            using var progress = new LearningDisplay(parsed.GetValue<bool>(CommandLine.Quiet) ? TextWriter.Null : terminal.Error);
            var tokenizer = learning.Learn(parsed, [.. files.Select(file => file.FullName)], progress, cancellation);
            var folder = parsed.GetValue(output)!.FullName;
            tokenizer.Save(folder);
            var answer = new Answer(parsed.GetValue(output)!.ToString(), tokenizer.VocabSize, progress.BytesRead);
            terminal.Output.WriteLine(parsed.GetValue(json) ? JsonText.Of(answer) : answer.ToString());
            return CommandLine.Success;
        });
        return command;
    }

    private sealed record Answer(string Out, int VocabSize, long Bytes)
    {
        public override string ToString() => FormattableString.Invariant($"{Out}: {VocabSize:N0} tokens learned from {Bytes:N0} bytes");
    }
}
