using System.Text;
using System.Text.Json;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>What the reference trainers learned, in tests/Golden/tokenizers/training.</summary>
internal static class TrainingGolden
{
    public static List<JsonElement> Cases(string file) => Golden.Cases(PathOf(file));

    /// <summary>Whether bytes are the alphabet of a case of hf_bpe.json.</summary>
    public static bool IsByteLevel(JsonElement golden) =>
        golden.GetProperty("pre_tokenizer") is { ValueKind: JsonValueKind.Object } preTokenizer
        && preTokenizer.Text("type") is "ByteLevel" or "Sequence";

    /// <summary>The text of a case, as one or as lines, each with its \n.</summary>
    public static IEnumerable<string> Texts(JsonElement golden)
    {
        var text = Text(golden);
        return golden.Text("fed_as") == "lines" ? Lines(text) : [text];
    }

    public static string Text(JsonElement golden) => Text(golden.Text("text"));

    public static string Text(string file) => File.ReadAllText(PathOf(file), Encoding.UTF8);

    public static string PathOf(string file) => TestData.Golden("tokenizers", "training", file);

    /// <summary>A run that tells nobody.</summary>
    public static TrainingRun Run() => new(new WordReader(1, (_, _) => { }), null, TestContext.Current.CancellationToken);

    private static IEnumerable<string> Lines(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found + 1 : text.Length;
            yield return text[start..end];
            start = end;
        }
    }
}
