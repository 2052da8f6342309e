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
    public async Task Snippets_AsTheyStand_Run()
    {
        var services = new ServiceCollection();

        var tokenizer = CharTokenizer.FromText("to be or not to be");
        var config = new Gpt2Config { VocabSize = tokenizer.VocabSize, ContextLength = 32, HiddenSize = 32, LayerCount = 2, HeadCount = 2 };
        using var model = config.CreateModel();

        var generator = new TextGenerator(model, tokenizer, new GenerationOptions { MaxNewTokens = 40, Temperature = 0.8, TopP = 0.95 });
        var result = generator.Generate("to be", new GenerationOptions { Seed = 1 });
        Console.WriteLine($"{result.Text} ({result.FinishReason}, {result.Usage.GeneratedTokens} tokens)");

        await foreach (var piece in generator.StreamAsync("or not", new GenerationOptions { StopStrings = ["be"] }))
            Console.Write(piece);

        foreach (var token in new TokenGenerator(model).Generate([1, 2, 3], new GenerationOptions { MaxNewTokens = 5 }))
            Console.Write($"{token.Id} ");

        var scores = new TokenScorer(model).Score([1, 2, 3, 4]);
        Console.WriteLine($"loss {scores.Loss:F3}, perplexity {scores.Perplexity:F1}");

        services.AddTextGenerator(options => options.MaxNewTokens = 100);                 // for the registered model and tokenizer
        services.AddTextGenerator("poet", options => options.Temperature = 1.2);          // for those registered under this key

        Assert.Equal((40, 40), (result.Text.Length, result.Usage.GeneratedTokens));
        Assert.Contains("(Length, 40 tokens)", Console.Printed.ToString());
    }

    [Fact]
    public void Readme_EachLineOfCode_StandsInTheTestAbove()
    {
        var compiled = File.ReadAllLines(ThisFile()).Select(line => line.Trim()).ToHashSet();
        var readme = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "src", "Llm.Sampling", "README.md"));

        var lines = Code().Matches(readme).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => line.Trim())
            .Where(line => !line.StartsWith("using Llm.", StringComparison.Ordinal)).ToArray();

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
