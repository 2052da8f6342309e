namespace Llm.PackageTests;

/// <summary>What the loader does and says in a program that was built from the packages.</summary>
[Collection(nameof(Programs))]
public class LoadingTests(Programs programs)
{
    private static readonly Dictionary<string, string?> Plain = [];

    [Fact]
    public void NoBackend_ProgramThatDoesNotUseTorch_RunsInSilence()
    {
        var output = programs.WithoutBackend(["nothing"], Plain).Success();

        Assert.Equal("Bare", output.Trim());
    }

    [Fact]
    public void NoBackend_FirstUse_SaysInOneSentenceWhichPackageToAdd()
    {
        var output = programs.WithoutBackend(["block"], Plain).Success();

        Assert.Equal(
            "Llm.Models.TorchNotAvailableException: This program has no torch backend. "
            + "Run `dotnet add package TorchSharp-cpu --version 0.107.0` in its project, or "
            + $"`dotnet add package libtorch-cpu-{BuildFacts.RuntimeIdentifier} --version {BuildFacts.LibTorchVersion}` "
            + "for this kind of machine alone.",
            output.Trim());
    }

    [Fact]
    public void LoadedLibrary_AsShippedOrRepaired_IsMappedOnce()
    {
        var output = programs.WithBackend(["torch", "--mapped"], Plain).Success();

        Assert.Matches(
            programs.NeedsRepair ? @"mapped /.*/Llm/native/[0-9a-f]{16}/libLibTorchSharp\.so" : "mapped (unknown|.*/machine/)", output);
    }

    [Fact]
    public void Cache_FourProcessesAtOnce_AllLoadAndOneFileIsLeft()
    {
        var cache = programs.Folder("race");

        Parallel.For(0, 4, _ => programs.WithBackend(["torch"], new() { ["LLM_NATIVE_CACHE"] = cache }).Success());

        if (programs.NeedsRepair)
        {
            var file = Assert.Single(Directory.GetFiles(cache, "*", SearchOption.AllDirectories));
            Assert.Equal("libLibTorchSharp.so", Path.GetFileName(file));
        }
    }

    [Fact]
    public void Cache_TornCopy_IsReplaced()
    {
        var cache = programs.Folder("torn");
        programs.WithBackend(["torch"], new() { ["LLM_NATIVE_CACHE"] = cache }).Success();
        var copies = Directory.GetFiles(cache, "*", SearchOption.AllDirectories);
        foreach (var copy in copies)
            File.WriteAllBytes(copy, File.ReadAllBytes(copy)[..100_000]);

        var output = programs.WithBackend(["torch"], new() { ["LLM_NATIVE_CACHE"] = cache }).Success();

        Assert.Contains("sum 6", output, StringComparison.Ordinal);
        Assert.All(copies, copy => Assert.True(new FileInfo(copy).Length > 1_000_000));
    }

    [Fact]
    public void Cache_HomeUnwritable_LoadsATemporaryCopyAndRemovesIt()
    {
        var temporary = programs.Folder("temporary");
        var output = programs.WithBackend(
            ["torch"], new() { ["HOME"] = "/dev/null", ["XDG_DATA_HOME"] = "/dev/null/data", ["TMPDIR"] = temporary }).Success();

        Assert.Contains("sum 6", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(temporary, "llm-*"));
    }

    [Fact]
    public void Cache_ChosenFolderUnwritable_SaysSoInOneSentence()
    {
        if (!programs.NeedsRepair)
            Assert.Skip("TorchSharp's library loads here as it is shipped.");

        var output = programs.WithBackend(["block"], new() { ["LLM_NATIVE_CACHE"] = "/dev/null/cache" }).Success();

        Assert.Matches(
            "^Llm.Models.TorchNotAvailableException: On this system torch needs a repaired copy of one of its libraries, "
            + @"which cannot be kept in /dev/null/cache \(.+\): "
            + @"set the environment variable LLM_NATIVE_CACHE to a folder that this program may write to\.$", output.Trim());
    }

    [Theory]
    [InlineData(null, "PASSIVE")]
    [InlineData("ACTIVE", "ACTIVE")]
    public void WaitPolicy_OfTheProject_GivesWayToTheEnvironment(string? environment, string expected)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The program asks libc.");

        var output = programs.WithBackend(["torch", "--policy"], new() { ["OMP_WAIT_POLICY"] = environment }).Success();

        Assert.Contains($"policy {expected}", output, StringComparison.Ordinal);
    }
}
