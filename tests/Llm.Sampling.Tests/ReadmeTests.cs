using System.Text;
using System.Text.RegularExpressions;
using Llm.Models;
using Llm.Testing;
using Llm.Tokenizers;
using Microsoft.Extensions.DependencyInjection;

namespace Llm.Sampling.Tests;

/// <summary>The code of README.md, compiled and run.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Snippets_MobyMini_Run()
    {
        var folder = MobyMini.Folder;
        var services = new ServiceCollection();

        using var model = ModelFolder.Load(folder).Model;
        var generator = new TextGenerator(model, TokenizerFolder.Load(folder));

        var result = generator.Generate("Call me", new GenerationOptions { MaxNewTokens = 30 });
        Console.WriteLine($"{result.Text} ({result.FinishReason}, {result.Usage.GeneratedTokens} tokens)");

        var options = new GenerationOptions { Temperature = 0.8, TopP = 0.95, Seed = 1, StopStrings = ["\n"], TrimStopStrings = true };
        await foreach (var piece in generator.StreamAsync("The whale", options))
            Console.Write(piece);

        foreach (var token in new TokenGenerator(model).Generate([401, 375], new GenerationOptions { MaxNewTokens = 5 }))
            Console.Write($"{token.Id} ");

        var scores = new TokenScorer(model).Score([401, 375, 12, 282]);
        Console.WriteLine($"loss {scores.Loss:F3}, perplexity {scores.Perplexity:F1}");

        services.AddTextGenerator(options => options.MaxNewTokens = 100);                 // for the registered model and tokenizer
        services.AddTextGenerator("poet", options => options.Temperature = 1.2);          // for those registered under this key

        Assert.StartsWith(", I'll have a portail of the fish. (StopToken, 15 tokens)", Console.Printed.ToString());
        Assert.EndsWith($"12 282 261 375 12 loss 2.671, perplexity 14.5{Environment.NewLine}", Console.Printed.ToString());
    }

    [Fact]
    public void Readme_EachLineOfCode_StandsInTheTestAbove()
    {
        var compiled = File.ReadAllLines(ThisFile()).Select(line => line.Trim()).ToHashSet();
        var readme = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "src", "Llm.Sampling", "README.md"));

        var lines = Code().Matches(readme).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => line.Trim()).ToArray();

        Assert.True(lines.Length > 10);
        Assert.All(lines, line => Assert.Contains(line, compiled));
    }

    // What the snippets print.
    private static class Console
    {
        public static StringBuilder Printed { get; } = new();

        public static void Write(string text) => Printed.Append(text);

        public static void WriteLine(string text) => Printed.AppendLine(text);
    }

    private static string ThisFile() => Path.Combine(TestData.RepositoryRoot, "tests", "Llm.Sampling.Tests", "ReadmeTests.cs");

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
