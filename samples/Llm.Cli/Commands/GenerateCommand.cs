using System.CommandLine;

namespace Llm.Cli;

/// <summary>Goes on where a prompt ends.</summary>
internal static class GenerateCommand
{
    public static Command Create(Terminal terminal)
    {
        var prompt = new Argument<string?>("PROMPT")
        {
            Description = "Text to continue. Default: all of standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var stream = new Option<bool>("--stream") { Description = "Write the text as it comes." };
        var (model, tokenizer) = (new ModelSource(), new TokenizerSource(required: false));
        var (flags, mode) = (new GenerationFlags(), new JsonMode());
        const string Description = "Continues a text; writes what is new. --jsonl: {\"prompt\" or \"ids\", ...options} a line.";
        var command = new Command("generate", Description) { prompt, stream };
        model.AddTo(command);
        tokenizer.AddTo(command);
        flags.AddTo(command);
        mode.AddTo(command);
        command.Validators.Add(result =>
        {
            if (mode.IsLines(result) && result.GetResult(prompt) is { Implicit: false, Tokens.Count: > 0 })
                result.AddError("--jsonl reads the prompts from standard input: give no PROMPT.");
            if (mode.IsAny(result) && result.GetValue(stream))
                result.AddError("--stream writes text, not JSON: give it without --json and --jsonl.");
            if (!mode.IsAny(result) && flags.AsksForLogProbabilities(result))
                result.AddError("--logprobs needs --json or --jsonl.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            using var pretrained = model.Load(parsed, terminal, tokenizer.Find(parsed));
            var generation = new Generation(pretrained);
            if (mode.IsLines(parsed))
                return JsonMode.AnswerLines(terminal, line => generation.Answer(flags.ReadLine(parsed, line), cancellation), cancellation);
            var request = flags.Read(parsed, parsed.GetValue(prompt) ?? terminal.Input.ReadToEnd());
            if (parsed.GetValue(stream))
                Print(generation.Stream(request, cancellation), terminal.Output);
            else if (mode.IsJson(parsed))
                terminal.Output.WriteLine(JsonText.Of(generation.Answer(request, cancellation)));
            else
                Print(generation.Answer(request, cancellation).Sequences.Select(sequence => new[] { sequence.Text! }), terminal.Output);
            return CommandLine.Success;
        });
        return command;
    }

    private static void Print(IEnumerable<IEnumerable<string>> texts, TextWriter output)
    {
        var isFirst = true;
        foreach (var text in texts)
        {
            if (!isFirst)
                output.WriteLine("---");
            isFirst = false;
            foreach (var piece in text)
            {
                output.Write(piece);
                output.Flush();
            }
            output.WriteLine();
        }
    }
}
