using System.Xml.Linq;
using Llm.Testing;

namespace Llm.PackageTests;

/// <summary>A project outside the repository that uses the packages as a stranger does.</summary>
/// <param name="folder">Where it lies; the folder's name is the project's.</param>
internal sealed class Consumer(string folder)
{
    // The natives come as links to the package folder: each copy would take 480 MB.
    private static readonly string[] Links =
        ["-p:CreateHardLinksForCopyLocalIfPossible=true", "-p:CreateHardLinksForPublishFilesIfPossible=true"];

    public string Folder => folder;

    public string Name => Path.GetFileName(folder);

    /// <summary>Torch's native libraries for this machine.</summary>
    public static (string Id, string Version) Backend => ($"libtorch-cpu-{BuildFacts.RuntimeIdentifier}", BuildFacts.LibTorchVersion);

    /// <summary>The project that a user would have after some editing: with these packages, and these properties.</summary>
    public static Consumer Write(
        string folder, IEnumerable<(string Id, string Version)> packages, params (string Name, string Value)[] properties)
    {
        var consumer = new Consumer(folder);
        new XElement(
            "Project", new XAttribute("Sdk", "Microsoft.NET.Sdk"),
            new XElement(
                "PropertyGroup", new XElement("TargetFramework", "net10.0"), new XElement("ImplicitUsings", "enable"),
                new XElement("Nullable", "enable"), properties.Select(property => new XElement(property.Name, property.Value))),
            new XElement(
                "ItemGroup", packages.Select(package =>
                    new XElement("PackageReference", new XAttribute("Include", package.Id), new XAttribute("Version", package.Version)))))
            .Save(Path.Combine(folder, $"{consumer.Name}.csproj"));
        return consumer;
    }

    /// <summary>Takes a program that the tests carry.</summary>
    public Consumer WithSource(string file)
    {
        File.Copy(
            Path.Combine(TestData.RepositoryRoot, "tests", "Llm.PackageTests", "Consumer", file),
            Path.Combine(folder, "Program.cs"), overwrite: true);
        return this;
    }

    /// <summary>Runs the dotnet command in the project's folder.</summary>
    public Outcome Dotnet(params string[] arguments) => PackageTests.Dotnet.Run(folder, arguments);

    /// <summary>Runs the program from its source.</summary>
    public Outcome Run(params string[] arguments) => Dotnet(["run", Links[0], "--", .. arguments]);

    /// <summary>Publishes to a folder of its own.</summary>
    /// <returns>Runs what was published, with arguments and environment.</returns>
    public Func<string[], Dictionary<string, string?>, Outcome> Publish(string name, params string[] options)
    {
        var output = Path.Combine(folder, "published", name);
        Dotnet(["publish", "--output", output, .. Links, .. options]).Success();
        CutLinks(output);
        var executable = Path.Combine(output, OperatingSystem.IsWindows() ? $"{Name}.exe" : Name);
        return (arguments, environment) => options.Contains("--runtime")
            ? PackageTests.Dotnet.Start(output, executable, arguments, environment)
            : PackageTests.Dotnet.Start(output, "dotnet", [Path.Combine(output, $"{Name}.dll"), .. arguments], environment);
    }

    // The project's own files are links too, to files that its next build writes.
    private void CutLinks(string output)
    {
        foreach (var file in Directory.GetFiles(output, $"{Name}*"))
        {
            File.Copy(file, $"{file}.copy");
            File.Move($"{file}.copy", file, overwrite: true);
        }
    }
}
