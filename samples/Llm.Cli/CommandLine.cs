using System.CommandLine;
using System.CommandLine.Invocation;

namespace Llm.Cli;

/// <summary>The root command, and what every command has in common: exit codes and how errors are told.</summary>
internal static class CommandLine
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int WrongUsage = 2;
    public const int Cancelled = 130;

    public const string Quiet = "--quiet";
    public const string Verbose = "--verbose";

    /// <summary>Runs one command line to its end.</summary>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var parsed = Create(terminal).Parse(arguments);
        if (parsed.Action is ParseErrorAction)
            return TellUsage(parsed, terminal);
        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = terminal.Output,
                Error = terminal.Error,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Cancelled;
        }
        catch (Exception exception)
        {
            terminal.Error.WriteLine($"error: {(parsed.GetValue<bool>(Verbose) ? exception : Reason.Of(exception))}");
            return Failure;
        }
        finally
        {
            terminal.Output.Flush();
        }
    }

    /// <summary>Makes <paramref name="work"/> the action of a command, on another thread so that this one can hear Ctrl+C.</summary>
    public static void SetWork(this Command command, Func<ParseResult, CancellationToken, int> work) =>
        command.SetAction((parsed, cancellation) => Task.Run(() => work(parsed, cancellation), CancellationToken.None));

    private static RootCommand Create(Terminal terminal) => new("Language models from the command line.")
    {
        TokenizeCommand.Create(terminal),
        DetokenizeCommand.Create(terminal),
        TrainTokenizerCommand.Create(terminal),
        ChatTemplateCommand.Create(terminal),
        LogitsCommand.Create(terminal),
        GenerateCommand.Create(terminal),
        ScoreCommand.Create(terminal),
        EvalCommand.Create(terminal),
        InspectCommand.Create(terminal),
        new Option<bool>(Quiet) { Description = "Write nothing but results and errors.", Recursive = true },
        new Option<bool>(Verbose) { Description = "Show where an error comes from.", Recursive = true },
    };

    private static int TellUsage(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors)
            terminal.Error.WriteLine($"error: {error.Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal)}");
        var command = parsed.CommandResult.Command;
        terminal.Error.WriteLine($"Usage: llm {(command is RootCommand ? "" : command.Name + " ")}--help");
        return WrongUsage;
    }
}
