using System.Text.Json;
using Llm.Testing;

namespace Llm.Cli.Tests;

/// <summary>Runs a command line in this process.</summary>
internal static class Cli
{
    public static string MobyMini { get; } = TestData.Golden("generation", "moby-mini");

    public static string Gpt2Base { get; } = TestData.Golden("models", "gpt2-base");

    public static Result Run(params string[] arguments) => RunWithInput("", arguments);

    public static Result RunWithInput(string input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(new StringReader(input), output, error);
        var code = CommandLine.RunAsync(arguments, terminal, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return new Result(code, output.ToString(), error.ToString());
    }

    public static JsonElement Read(params string[] path) => JsonDocument.Parse(File.ReadAllText(TestData.Golden(path))).RootElement;

    public static int[] Ids(this JsonElement element) => element.Deserialize<int[]>()!;

    public static string Compact(this JsonElement element) => JsonSerializer.Serialize(element);

    /// <summary>Checks that each answer is an error that gives the reason at its place.</summary>
    public static void AssertErrors(IEnumerable<string> reasons, IEnumerable<JsonElement> answers) =>
        Assert.All(reasons.Zip(answers), pair =>
            Assert.Contains(pair.First, pair.Second.GetProperty("error").GetString(), StringComparison.Ordinal));

    /// <summary>What a command line gave.</summary>
    internal sealed record Result(int Code, string Output, string Error)
    {
        public JsonElement[] Lines =>
            [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

        public JsonElement Json => Assert.Single(Lines);

        /// <summary>The answer of a command that went well.</summary>
        public Result Success()
        {
            Assert.True(Code == 0, Error + Output);
            return this;
        }
    }
}
