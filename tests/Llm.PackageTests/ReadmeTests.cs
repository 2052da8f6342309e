using System.Text;
using System.Text.RegularExpressions;
using Llm.Testing;

namespace Llm.PackageTests;

/// <summary>
/// The examples of the packages' own pages, and of the page on chat templates, that begin
/// with using lines are whole programs; those of the front page are one program together.
/// </summary>
public partial class ReadmeTests(PackedPackages packed)
{
    [Fact]
    public void Programs_OfAllPackages_Compile()
    {
        var project = Consumer.Write(
            packed.NewFolder("Examples"),
            [
                .. BuildFacts.Packages.Select(packed.Package),
                ("Microsoft.Extensions.DependencyInjection", BuildFacts.DependencyInjectionVersion),
            ]);
        IEnumerable<(string Name, string Page)> pages =
        [
            .. BuildFacts.Packages.Select(package => (package, Path.Combine("src", package, "README.md"))),
            ("ChatTemplates", Path.Combine("docs", "chat-templates.md")),
        ];
        foreach (var (name, page) in pages)
        {
            var programs = ProgramsIn(page).ToArray();
            Assert.True(programs.Length > 0, $"{page} has no program.");
            for (var i = 0; i < programs.Length; i++)
            {
                var method = AsMethod($"{name.Replace('.', '_')}_{i}", programs[i]);
                File.WriteAllText(Path.Combine(project.Folder, $"{name}.{i}.cs"), method);
            }
        }
        var frontPage = ProgramsIn("README.md").ToArray();
        Assert.True(frontPage.Length >= 3, $"The front page has {frontPage.Length} examples.");
        File.WriteAllText(Path.Combine(project.Folder, "FrontPage.cs"), AsMethod("FrontPage", string.Concat(frontPage)));

        project.Dotnet("build", "-p:NoWarn=CS1998").Success();
    }

    private static IEnumerable<string> ProgramsIn(string page) =>
        Program().Matches(File.ReadAllText(Path.Combine(TestData.RepositoryRoot, page))).Select(match => match.Groups[1].Value);

    private static string AsMethod(string name, string code)
    {
        var lines = code.Split('\n').ToLookup(line => line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('='));
        return new StringBuilder()
            .AppendJoin('\n', lines[true])
            .Append('\n').Append("internal static class ").Append(name).Append("\n{\n    public static async Task Run()\n    {\n")
            .AppendJoin('\n', lines[false]).Append("\n    }\n}\n").ToString();
    }

    [GeneratedRegex("```csharp\n(using .*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();
}
