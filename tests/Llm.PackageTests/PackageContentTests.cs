using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using Llm.Testing;

namespace Llm.PackageTests;

/// <summary>What is in the packages.</summary>
public class PackageContentTests(PackedPackages packed)
{
    private static readonly string[] Options =
        ["Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Options"];

    public static TheoryData<string, string[]> Dependencies => new()
    {
        { "Llm.HuggingFace", ["Llm.Models", "Llm.Tokenizers", .. Options] },
        { "Llm.Models", [.. Options, "TorchSharp"] },
        { "Llm.Sampling", ["Llm.Models", "Llm.Tokenizers", .. Options] },
        { "Llm.Tokenizers", [.. Options, "Microsoft.ML.Tokenizers"] },
        { "Llm.Training", ["Llm.Models", "Llm.Tokenizers", .. Options, "Microsoft.Extensions.Logging.Abstractions"] },
    };

    public static TheoryData<string> Packages => [.. BuildFacts.Packages];

    [Fact]
    public void Pack_Solution_GivesExactlyTheFivePackagesWithSymbols()
    {
        var files = Directory.GetFiles(packed.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

        Assert.Equal(
            BuildFacts.Packages.SelectMany(id => (string[])[$"{id}.{BuildFacts.Version}.nupkg", $"{id}.{BuildFacts.Version}.snupkg"])
                .Order(StringComparer.Ordinal), files);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_Files_AreThoseOfALibrary(string id)
    {
        string[] expected = [$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", "README.md", "icon.png"];
        if (id == "Llm.Models")
            expected = [.. expected, "buildTransitive/Llm.Models.targets", "buildTransitive/LlmTorchStartup.cs"];
        using var package = Open(id, "nupkg");

        var files = package.Entries.Select(entry => entry.FullName).Where(name => !IsContainer(name));

        Assert.Equal(expected.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_Metadata_SaysWhatAVisitorAsks(string id)
    {
        var metadata = Metadata(id);

        Assert.Equal(id, Value(metadata, "id"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("expression", (string?)Element(metadata, "license").Attribute("type"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.Equal("icon.png", Value(metadata, "icon"));
        Assert.True(Value(metadata, "description").Length > 60);
        Assert.Contains("llm", Value(metadata, "tags"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dependencies))]
    public void Package_Dependencies_AreThese(string id, string[] expected)
    {
        var dependencies = Metadata(id).Descendants().Where(element => element.Name.LocalName == "dependency").ToArray();

        Assert.Equal(expected.Order(), dependencies.Select(dependency => (string)dependency.Attribute("id")!).Order());
        Assert.All(
            dependencies.Where(dependency => ((string)dependency.Attribute("id")!).StartsWith("Llm.", StringComparison.Ordinal)),
            dependency => Assert.Equal(BuildFacts.Version, (string?)dependency.Attribute("version")));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Readme_OfEachPackage_ShowsHowItIsAddedAndUsed(string id)
    {
        var readme = Encoding.UTF8.GetString(Read(Open(id, "nupkg"), "README.md"));

        Assert.StartsWith($"# {id}\n", readme, StringComparison.Ordinal);
        Assert.Contains($"dotnet add package {id}\n", readme, StringComparison.Ordinal);
        Assert.Contains("```csharp\n", readme, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Documentation_OfEachPackage_DescribesIt(string id)
    {
        var documentation = XDocument.Parse(Encoding.UTF8.GetString(Read(Open(id, "nupkg"), $"lib/net10.0/{id}.xml")).TrimStart('\uFEFF'));

        Assert.Equal(id, documentation.Root!.Element("assembly")!.Element("name")!.Value);
        Assert.NotEmpty(documentation.Descendants("summary"));
    }

    [Fact]
    public void Icon_InThePackage_IsASquarePngOf128()
    {
        var icon = Read(Open("Llm.Models", "nupkg"), "icon.png");

        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], icon[..4]);
        Assert.Equal([0, 0, 0, 128, 0, 0, 0, 128], icon[16..24]);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Symbols_OfEachPackage_BelongToTheAssembly(string id)
    {
        using var assembly = new PEReader(new MemoryStream(Read(Open(id, "nupkg"), $"lib/net10.0/{id}.dll")));
        using var symbols = Symbols(id);

        var entry = assembly.ReadDebugDirectory().Single(directory => directory.Type == DebugDirectoryEntryType.CodeView);
        var pdbId = symbols.GetMetadataReader().DebugMetadataHeader!.Id;

        Assert.Equal(assembly.ReadCodeViewDebugDirectoryData(entry).Guid, new Guid(pdbId.AsSpan()[..16]));
        Assert.Contains(assembly.ReadDebugDirectory(), directory => directory.Type == DebugDirectoryEntryType.Reproducible);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Symbols_OfEachPackage_TellNothingOfTheMachine(string id)
    {
        if (BuildFacts.Configuration != "Release")
            Assert.Skip("Debug builds keep their paths for the debugger.");
        using var provider = Symbols(id);
        var symbols = provider.GetMetadataReader();

        Assert.All(symbols.Documents, document =>
            Assert.StartsWith("/_/", symbols.GetString(symbols.GetDocument(document).Name), StringComparison.Ordinal));
        foreach (var (container, file) in ((string, string)[])[("nupkg", $"{id}.dll"), ("nupkg", $"{id}.xml"), ("snupkg", $"{id}.pdb")])
        {
            var text = Encoding.Latin1.GetString(Read(Open(id, container), $"lib/net10.0/{file}"));
            Assert.DoesNotContain(TestData.RepositoryRoot.TrimEnd('/', '\\'), text, StringComparison.Ordinal);
            Assert.DoesNotContain(BuildFacts.PackageFolder.TrimEnd('/', '\\'), text, StringComparison.Ordinal);
        }
    }

    private static bool IsContainer(string name) =>
        name is "_rels/.rels" or "[Content_Types].xml"
        || name.StartsWith("package/", StringComparison.Ordinal) || name.EndsWith(".nuspec", StringComparison.Ordinal);

    private static XElement Element(XElement metadata, string name) =>
        metadata.Elements().Single(element => element.Name.LocalName == name);

    private static string Value(XElement metadata, string name) => Element(metadata, name).Value;

    private XElement Metadata(string id)
    {
        using var nuspec = new MemoryStream(Read(Open(id, "nupkg"), $"{id}.nuspec"));
        return Element(XDocument.Load(nuspec).Root!, "metadata");
    }

    private MetadataReaderProvider Symbols(string id) =>
        MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Read(Open(id, "snupkg"), $"lib/net10.0/{id}.pdb")));

    private ZipArchive Open(string id, string extension) =>
        ZipFile.OpenRead(Path.Combine(packed.Folder, $"{id}.{BuildFacts.Version}.{extension}"));

    private static byte[] Read(ZipArchive package, string name)
    {
        using (package)
        using (var content = package.GetEntry(name)!.Open())
        {
            var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return bytes.ToArray();
        }
    }
}
