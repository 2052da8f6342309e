using System.Collections.Concurrent;
using System.Text.Json;
using Llm.Testing;

namespace Llm.Sampling.Tests;

/// <summary>The cases of a golden file, by name.</summary>
internal static class GoldenCases
{
    private static readonly ConcurrentDictionary<string, Dictionary<string, JsonElement>> Files = new();

    public static IReadOnlyDictionary<string, JsonElement> All(string area, string file) =>
        Files.GetOrAdd(TestData.Golden(area, file), path => JsonDocument.Parse(File.ReadAllText(path)).RootElement
            .GetProperty("cases").EnumerateArray().ToDictionary(@case => @case.GetProperty("name").GetString()!));

    /// <summary>Names of the cases that are tested: all but those named in <paramref name="leftOut"/>, each of which must exist.</summary>
    public static TheoryData<string> NamesBut(string area, string file, params string[] leftOut)
    {
        var all = All(area, file);
        Assert.All(leftOut, name => Assert.True(all.ContainsKey(name), $"There is no case '{name}' in {file}."));
        return [.. all.Keys.Except(leftOut)];
    }

    public static int[] Ids(this JsonElement @case, string property) =>
        [.. @case.GetProperty(property).EnumerateArray().Select(id => id.GetInt32())];

    public static string Text(this JsonElement @case, string property) => @case.GetProperty(property).GetString()!;

    /// <summary>Numbers as the files write them: null is −∞, and what JSON cannot say is a string.</summary>
    public static float[] Floats(this JsonElement row) => [.. row.EnumerateArray().Select(value => value.ValueKind switch
    {
        JsonValueKind.Null => float.NegativeInfinity,
        JsonValueKind.String => float.Parse(value.GetString()!),
        _ => value.GetSingle(),
    })];
}
