using System.Reflection;
using System.Xml.Linq;
using Llm.Testing;

namespace Llm.PackageTests;

/// <summary>Which package may know which: the arrows of the design.</summary>
public class HouseTests
{
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "Llm.Tokenizers", [] },
        { "Llm.Models", [] },
        { "Llm.Sampling", ["Llm.Models", "Llm.Tokenizers"] },
        { "Llm.Training", ["Llm.Models", "Llm.Tokenizers"] },
        { "Llm.HuggingFace", ["Llm.Models", "Llm.Tokenizers"] },
    };

    [Fact]
    public void Source_Folder_HoldsTheFivePackages()
    {
        var projects = Directory.GetFiles(Source(), "*.csproj", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension).Order();

        Assert.Equal(BuildFacts.Packages, projects);
        Assert.Equal(BuildFacts.Packages, Allowed.Select(row => row.Data.Item1).Order());
    }

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Project_References_OnlyWhatItMayKnow(string package, string[] allowed)
    {
        var project = XDocument.Load(Path.Combine(Source(), package, $"{package}.csproj"));
        var references = project.Descendants().Where(item => item.Name.LocalName is "ProjectReference" or "PackageReference" or "Reference")
            .Select(item => Path.GetFileNameWithoutExtension((string)item.Attribute("Include")!))
            .Where(name => name.StartsWith("Llm.", StringComparison.Ordinal));

        Assert.Subset(allowed.ToHashSet(), references.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Assembly_References_OnlyWhatItMayKnow(string package, string[] allowed)
    {
        var references = Assembly.Load(package).GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("Llm.", StringComparison.Ordinal));

        Assert.Subset(allowed.ToHashSet(), references.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Package_InTheRepository_HasTestsOfItsOwn(string package, string[] _) =>
        Assert.True(File.Exists(Path.Combine(TestData.RepositoryRoot, "tests", $"{package}.Tests", $"{package}.Tests.csproj")));

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Friends_OfAPackage_AreItsTestsAlone(string package, string[] _)
    {
        var friends = Assembly.Load(package).GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>();

        Assert.Equal([$"{package}.Tests"], friends.Select(friend => friend.AssemblyName));
    }

    private static string Source() => Path.Combine(TestData.RepositoryRoot, "src");
}
