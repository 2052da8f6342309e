using System.Globalization;

namespace Llm.PackageTests;

/// <summary>A program that uses torch before it uses Llm works however it is run.</summary>
[Collection(nameof(Programs))]
public class PublishTests(PackedPackages packed, Programs programs)
{
    private static readonly string[] ThisMachine = ["--runtime", BuildFacts.RuntimeIdentifier];

    [Fact]
    public void Run_FromSource_TrainsAndGenerates()
    {
        var output = programs.Main.Run("train").Success();

        AssertLearns(output);
        Assert.Matches(@"generated 0 1 2 3( \d+){10}\s", output);
    }

    [Fact]
    public void Run_AllPackages_TrainSaveOpenAndGenerate()
    {
        var project = Consumer.Write(
            packed.NewFolder("AllPackages"), [.. BuildFacts.Packages.Select(packed.Package), Consumer.Backend], ("OutputType", "Exe"))
            .WithSource("AllPackages.cs");

        var output = project.Run().Success();

        AssertLearns(output);
        Assert.Matches(@"generated \[.+\]", output);
    }

    [Fact]
    public void Publish_Portable_Works() => AssertTorchWorks(programs.Main.Publish("portable"));

    [Fact]
    public void Publish_ForThisMachine_Works() => AssertTorchWorks(programs.WithBackend);

    [Fact]
    public void Publish_SelfContained_Works() =>
        AssertTorchWorks(programs.Main.Publish("self-contained", [.. ThisMachine, "--self-contained"]));

    [Fact]
    public void Publish_SingleFileBesideNatives_Works() =>
        AssertTorchWorks(programs.Main.Publish("single", [.. ThisMachine, "--self-contained", "-p:PublishSingleFile=true"]));

    [Fact]
    public void Publish_SingleFileWithNativesInside_Works() =>
        AssertTorchWorks(programs.Main.Publish(
            "all-in-one",
            [.. ThisMachine, "--no-self-contained", "-p:PublishSingleFile=true", "-p:IncludeNativeLibrariesForSelfExtract=true"]));

    private static void AssertLearns(string output)
    {
        var losses = output.Split('\n').Where(line => line.StartsWith("step", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(10, losses.Length);
        Assert.True(losses[^1] < losses[0] - 0.5, output);
    }

    private void AssertTorchWorks(Func<string[], Dictionary<string, string?>, Outcome> run)
    {
        var extracted = Path.Combine(programs.Main.Folder, "extracted");
        var output = run(["torch", "--mapped"], new() { ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = extracted });

        Assert.Contains("sum 6", output.Success(), StringComparison.Ordinal);
    }
}
