using System.Globalization;
using Llm.Testing;

namespace Llm.PackageTests;

/// <summary>The length of lines that .editorconfig allows, which no compiler checks.</summary>
public class LineLengthTests
{
    [Fact]
    public void Lines_OfAllSources_AreNoLongerThanAllowed()
    {
        var allowed = AllowedLength();
        var sources = Sources().ToList();

        var tooLong = sources.SelectMany(source => LongerThan(allowed, source)).ToList();

        Assert.Contains("tests/Llm.PackageTests/LineLengthTests.cs", sources);
        Assert.True(tooLong.Count == 0, $"Lines of more than {allowed} characters:\n{string.Join('\n', tooLong)}");
    }

    private static int AllowedLength()
    {
        var setting = File.ReadLines(Path.Combine(TestData.RepositoryRoot, ".editorconfig"))
            .Single(line => line.StartsWith("max_line_length", StringComparison.Ordinal));
        return int.Parse(setting.Split('=')[1], CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(TestData.RepositoryRoot, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(TestData.RepositoryRoot, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> LongerThan(int allowed, string source) =>
        File.ReadLines(Path.Combine(TestData.RepositoryRoot, source))
            .Select((line, i) => (line.Length, Place: $"{source}:{i + 1}"))
            .Where(line => line.Length > allowed)
            .Select(line => $"{line.Place} ({line.Length})");
}
