using System.Reflection;

namespace Llm.PackageTests;

/// <summary>What the build knew when it built these tests.</summary>
internal static class BuildFacts
{
    public static string Configuration { get; } = Read("Configuration");

    public static string DependencyInjectionVersion { get; } = Read("DependencyInjectionVersion");

    public static string LibTorchVersion { get; } = Read("LibTorchVersion");

    /// <summary>The machine's package folder, which holds all that the packages depend on.</summary>
    public static string PackageFolder { get; } = Read("PackageFolder");

    /// <summary>This kind of machine, such as linux-x64.</summary>
    public static string RuntimeIdentifier { get; } = Read("RuntimeIdentifier");

    public static string Version { get; } = Read("Version");

    /// <summary>The five, in alphabetical order.</summary>
    public static IReadOnlyList<string> Packages { get; } =
        ["Llm.HuggingFace", "Llm.Models", "Llm.Sampling", "Llm.Tokenizers", "Llm.Training"];

    private static string Read(string key) =>
        typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
