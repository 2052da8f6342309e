using Llm.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Llm.PackageTests.PackedPackages))]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Llm.PackageTests;

/// <summary>
/// The packages as `dotnet pack` makes them, and a place outside the repository where programs use them. Nothing there comes from, or
/// goes to, the machine's package folder but the packages of others.
/// </summary>
public sealed class PackedPackages : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PackedPackages()
    {
        Directory.CreateDirectory(Folder);
        Dotnet.Run(
            TestData.RepositoryRoot, "pack", "--no-build", "--configuration", BuildFacts.Configuration,
            $"-p:PackageOutputPath={Folder}").Success();
        LinkOtherPackages(_folder.Combine("others"));
        File.WriteAllText(_folder.Combine("nuget.config"), """
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="packages" />
              </packageSources>
              <fallbackPackageFolders>
                <clear />
                <add key="others" value="others" />
              </fallbackPackageFolders>
              <config>
                <add key="globalPackagesFolder" value="restored" />
              </config>
            </configuration>
            """);
    }

    /// <summary>Where the packages lie.</summary>
    public string Folder => _folder.Combine("packages");

    /// <summary>An empty folder for a project that sees nothing of this repository.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(_folder.Combine("programs", name)).FullName;

    /// <summary>How a project names a package.</summary>
    internal (string Id, string Version) Package(string id)
    {
        Assert.True(File.Exists(Path.Combine(Folder, $"{id}.{BuildFacts.Version}.nupkg")), $"{id} was not packed.");
        return (id, BuildFacts.Version);
    }

    public void Dispose() => _folder.Dispose();

    // Links, not copies: torch alone has 600 MB. An older Llm package of the user's must not be found there.
    private static void LinkOtherPackages(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var package in Directory.GetDirectories(BuildFacts.PackageFolder))
        {
            var name = Path.GetFileName(package);
            if (!name.StartsWith("llm.", StringComparison.OrdinalIgnoreCase))
                Directory.CreateSymbolicLink(Path.Combine(folder, name), package);
        }
    }
}
