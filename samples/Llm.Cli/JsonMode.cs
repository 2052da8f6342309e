using System.CommandLine;
using System.CommandLine.Parsing;

namespace Llm.Cli;

/// <summary>The options --json and --jsonl of a command that answers requests.</summary>
internal sealed class JsonMode
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };
    private readonly Option<bool> _jsonLines = new("--jsonl")
    {
        Description = "Read one JSON object a line from standard input and answer each with one.",
    };

    public void AddTo(Command command)
    {
        command.Add(_json);
        command.Add(_jsonLines);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_json) && result.GetValue(_jsonLines))
                result.AddError("Give either --json or --jsonl.");
        });
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public bool IsLines(ParseResult parsed) => parsed.GetValue(_jsonLines);

    public bool IsLines(CommandResult result) => result.GetValue(_jsonLines);

    public bool IsAny(CommandResult result) => result.GetValue(_json) || result.GetValue(_jsonLines);

    /// <summary>Answers requests that are always JSON: all of standard input as one with --json, else a line each.</summary>
    /// <returns>The exit code.</returns>
    public int Answer(ParseResult parsed, Terminal terminal, Func<string, object> answer, CancellationToken cancellationToken)
    {
        if (!IsJson(parsed))
            return AnswerLines(terminal, answer, cancellationToken);
        terminal.Output.WriteLine(JsonText.Of(answer(terminal.Input.ReadToEnd())));
        return CommandLine.Success;
    }

    /// <summary>Answers line by line, each as soon as it is read. A bad line is answered with its error; the rest goes on.</summary>
    /// <returns>The exit code.</returns>
    public static int AnswerLines(Terminal terminal, Func<string, object> answer, CancellationToken cancellationToken)
    {
        var code = CommandLine.Success;
        while (terminal.Input.ReadLine() is { } line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (string.IsNullOrWhiteSpace(line))
                continue;
            string text;
            try
            {
                text = JsonText.Of(answer(line));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                text = JsonText.Of(new ErrorAnswer(Reason.Of(exception)));
                code = CommandLine.Failure;
            }
            terminal.Output.WriteLine(text);
            terminal.Output.Flush();
        }
        return code;
    }

    private sealed record ErrorAnswer(string Error);
}
