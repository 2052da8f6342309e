using System.Text;

namespace Llm.PackageTests;

/// <summary>The lines that Llm.Models compiles into the projects that reference it.</summary>
[Collection(nameof(Programs))]
public class StartupTests(PackedPackages packed, Programs programs)
{
    private static readonly (string, string)[] Strict =
    [
        ("TreatWarningsAsErrors", "true"), ("AnalysisMode", "All"),
        ("EnforceCodeStyleInBuild", "true"), ("GenerateDocumentationFile", "true"),
    ];

    [Fact]
    public void Build_StrictLibraryThatReferencesTraining_HasTheLinesAndNoWarning()
    {
        var library = Library("Strict", "Llm.Training", "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Friend\")]");

        AssertBuildsWithStartup(library);
    }

    [Fact]
    public void Build_FriendOfALibraryThatHasTheLines_HasItsOwn()
    {
        var library = Library("Open", "Llm.Models", "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Friend\")]");
        var friend = Library("Friend", "Llm.Models", "internal static class Seen { public static object Sight => typeof(OpenType); }");
        friend.Dotnet("add", "reference", library.Folder).Success();

        AssertBuildsWithStartup(friend);
    }

    [Fact]
    public void Build_TurnedOff_LeavesTheLinesOut()
    {
        Assert.Equal("True", programs.WithBackend(["startup"], []).Success().Trim());
        Assert.Equal("False", programs.WithoutStartup(["startup"], []).Success().Trim());
    }

    [Fact]
    public void Build_WaitPolicyThatIsNone_SaysWhatIsAllowed()
    {
        var output = programs.Main.Dotnet("build", "--no-restore", "-p:LlmOpenMPWaitPolicy=SLEEPY");

        Assert.NotEqual(0, output.ExitCode);
        Assert.Contains("LlmOpenMPWaitPolicy is 'SLEEPY', but must be PASSIVE or ACTIVE.", output.Output, StringComparison.Ordinal);
    }

    private Consumer Library(string name, string package, string line)
    {
        var library = Consumer.Write(packed.NewFolder(name), [packed.Package(package)], Strict);
        File.WriteAllText(Path.Combine(library.Folder, "Types.cs"), $"{line}\n\ninternal sealed class {name}Type;\n");
        // What these rules ask for has nothing to do with the packages.
        string[] rules = ["CS1591", "CA1014", "CA1050", "CA1812", "CA1852", "CA1016", "CA1017"];
        File.WriteAllText(
            Path.Combine(library.Folder, ".globalconfig"),
            "is_global = true\n" + string.Concat(rules.Select(id => $"dotnet_diagnostic.{id}.severity = none\n")));
        return library;
    }

    // The names of types stand in an assembly as UTF-8.
    private static void AssertBuildsWithStartup(Consumer library)
    {
        var output = library.Dotnet("build").Success();
        var assembly = File.ReadAllText(Path.Combine(library.Folder, "bin", "Debug", "net10.0", $"{library.Name}.dll"), Encoding.Latin1);

        Assert.Contains("0 Warning(s)", output, StringComparison.Ordinal);
        Assert.Contains("LlmTorchStartup", assembly, StringComparison.Ordinal);
    }
}
