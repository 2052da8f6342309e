using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>The merges of a BPE model in tokenizer.json: ["a", "b"] each, or "a b" in older files.</summary>
internal static class BpeMergesJson
{
    /// <exception cref="FormatException">A merge does not have two parts.</exception>
    public static IEnumerable<(string Left, string Right)> Read(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? json.EnumerateArray().Where(merge => !IsHeader(merge)).Select(ReadMerge)
        : throw new FormatException("Its merges are not a list.");

    public static JsonArray Write(IEnumerable<(string Left, string Right)> merges) =>
        new([.. merges.Select(merge => new JsonArray(merge.Left, merge.Right))]);

    private static (string Left, string Right) ReadMerge(JsonElement merge)
    {
        string?[] parts = merge.ValueKind == JsonValueKind.Array
            ? [.. merge.EnumerateArray().Take(3).Select(part => part.GetString())]
            : [.. merge.GetString()?.Split(' ', 3) ?? []];
        return parts is [{ } left, { } right] ? (left, right) : throw new FormatException(
            $"The merge {ModelVocabulary.Short(merge.GetRawText())} does not have two parts.");
    }

    // The first line of a merges.txt, which old converters kept.
    private static bool IsHeader(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.String && merge.GetString()!.StartsWith("#version", StringComparison.Ordinal);
}
