namespace Llm.PackageTests;

/// <summary>The programs that the tests share, each made once.</summary>
public sealed class Programs
{
    private static readonly string[] ThisMachine = ["--runtime", BuildFacts.RuntimeIdentifier];
    private static readonly string[] NeedsRuntime = [.. ThisMachine, "--no-self-contained"];

    private readonly Lazy<Func<string[], Dictionary<string, string?>, Outcome>> _withBackend;

    public Programs(PackedPackages packed)
    {
        Main = new Consumer(packed.NewFolder("Program"));
        Main.Dotnet("new", "console", "--no-restore").Success();
        Main.Dotnet("add", "package", "Llm.Models").Success();
        Main.Dotnet("add", "package", Consumer.Backend.Id, "--version", Consumer.Backend.Version).Success();
        Main.WithSource("Program.cs");
        _withBackend = new(() => Main.Publish("machine", [.. NeedsRuntime, "-p:LlmOpenMPWaitPolicy=PASSIVE"]));

        WithoutBackend = Consumer.Write(packed.NewFolder("Bare"), [packed.Package("Llm.Models")], ("OutputType", "Exe"))
            .WithSource("Program.cs").Publish("machine", NeedsRuntime);
        WithoutStartup = Consumer.Write(
                packed.NewFolder("Alone"), [packed.Package("Llm.Models"), Consumer.Backend],
                ("OutputType", "Exe"), ("LlmTorchStartup", "false"))
            .WithSource("Program.cs").Publish("machine", NeedsRuntime);
        // TorchSharp's second attempt, with copies that it makes from the package folder, would leave 480 MB behind.
        NeedsRepair = WithoutStartup(["torch"], new() { ["NUGET_PACKAGES"] = "/dev/null" }).ExitCode != 0;
    }

    /// <summary>`dotnet new console`, then `dotnet add package` for Llm.Models and torch's back-end.</summary>
    internal Consumer Main { get; }

    /// <summary><see cref="Main"/>, published for this machine.</summary>
    internal Outcome WithBackend(string[] arguments, Dictionary<string, string?> environment) => _withBackend.Value(arguments, environment);

    /// <summary>The same program, in a project that has no back-end.</summary>
    internal Func<string[], Dictionary<string, string?>, Outcome> WithoutBackend { get; }

    /// <summary>The same program, in a project with LlmTorchStartup=false.</summary>
    internal Func<string[], Dictionary<string, string?>, Outcome> WithoutStartup { get; }

    /// <summary>Whether TorchSharp's library does not load here by itself.</summary>
    internal bool NeedsRepair { get; }

    /// <summary>An empty folder.</summary>
    internal string Folder(string name) => Directory.CreateDirectory(Path.Combine(Main.Folder, name)).FullName;
}

[CollectionDefinition(nameof(Programs))]
public sealed class ProgramsCollection : ICollectionFixture<Programs>;
