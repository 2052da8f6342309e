using System.Text.Json;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>Golden data of tests/Golden/tokenizers, and shared data that may be missing.</summary>
internal static class Golden
{
    public static string Folder(params string[] path) => TestData.Golden(["tokenizers", .. path]);

    public static JsonElement Read(string path)
    {
        using var stream = File.OpenRead(path);
        return JsonDocument.Parse(stream).RootElement;
    }

    public static List<JsonElement> Cases(string path) => [.. Read(path).GetProperty("cases").EnumerateArray()];

    public static string Shared(params string[] path)
    {
        var found = TestData.Shared(["data", .. path]);
        Assert.SkipWhen(found is null, $"The shared data {string.Join('/', path)} is not beside the repository.");
        return found;
    }

    public static int[] Ints(this JsonElement json) => [.. json.EnumerateArray().Select(number => number.GetInt32())];

    public static string?[] Strings(this JsonElement json) => [.. json.EnumerateArray().Select(text => text.GetString())];

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static bool Has(this JsonElement json, string name) => json.TryGetProperty(name, out _);
}
