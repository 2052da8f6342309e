using System.Diagnostics;
using System.Text;

namespace Llm.PackageTests;

/// <summary>What a program did: its exit code, and all that it printed.</summary>
internal sealed record Outcome(int ExitCode, string Output)
{
    /// <summary>The output, after a check that all went well.</summary>
    public string Success()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}:\n{Output}");
        return Output;
    }
}

/// <summary>Runs programs as a user at a terminal would.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs the dotnet command.</summary>
    public static Outcome Run(string folder, params string[] arguments) =>
        Start(folder, "dotnet", arguments, new Dictionary<string, string?>());

    public static Outcome Start(
        string folder, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        Clean(start.Environment);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Watch(start);
    }

    private static Outcome Watch(ProcessStartInfo start)
    {
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            return new(-1, $"No end after {Patience}:\n{output}");
        }
        process.WaitForExit(); // for the rest of the output
        return new(process.ExitCode, output.ToString());
    }

    private static void Append(StringBuilder output, string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.AppendLine(line);
    }

    // The tests themselves may run under `dotnet test`, whose settings are not those of a terminal.
    private static void Clean(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            environment.Remove(name);
        foreach (var name in (string[])["DOTNET_ROOT_X64", "OMP_WAIT_POLICY", "LLM_NATIVE_CACHE", "CI"])
            environment.Remove(name);
        environment["MSBUILDDISABLENODEREUSE"] = "1";
        environment["DOTNET_NOLOGO"] = "1";
        environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
    }
}
