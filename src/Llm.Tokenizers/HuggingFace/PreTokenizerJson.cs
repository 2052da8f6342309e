using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>The sections pre_tokenizer and post_processor of a byte-level BPE tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    /// <summary>The split pattern, and whether a space goes before the text.</summary>
    public static (SplitPattern Pattern, bool AddsPrefixSpace) Read(JsonElement? preTokenizer)
    {
        JsonElement[] steps = preTokenizer?.FindString("type") == "Sequence"
            ? [.. preTokenizer.Value.GetProperty("pretokenizers").EnumerateArray()]
            : preTokenizer is null ? [] : [preTokenizer.Value];
        return steps.Select(step => step.FindString("type")).ToArray() switch
        {
            ["ByteLevel"] => (UsesRegex(steps[0]) ? SplitPattern.Gpt2 : SplitPattern.None, steps[0].IsTrue("add_prefix_space")),
            ["Split", "ByteLevel"] when !UsesRegex(steps[1]) => (ReadSplit(steps[0]), steps[1].IsTrue("add_prefix_space")),
            var types => throw new NotSupportedException(
                $"it has the pre-tokenizer '{string.Join(", ", types)}', which is not supported yet. Supported: ByteLevel, or Split and ByteLevel."),
        };
    }

    /// <summary>What a post-processor does to the places of tokens.</summary>
    public static PlaceTrimming ReadTrimming(JsonElement? processor) => processor?.FindString("type") switch
    {
        "ByteLevel" when processor.Value.Find("trim_offsets")?.GetBoolean() ?? true =>
            processor.Value.Find("add_prefix_space")?.GetBoolean() ?? true ? PlaceTrimming.SpacesButFirst : PlaceTrimming.Spaces,
        "Sequence" => processor.Value.GetProperty("processors").EnumerateArray().Max(step => ReadTrimming(step)),
        _ => PlaceTrimming.None,
    };

    /// <summary>Whether a post-processor leaves the ids as they are.</summary>
    public static bool AddsNothing(JsonElement processor) => processor.FindString("type") switch
    {
        "ByteLevel" => true,
        "TemplateProcessing" => processor.GetProperty("single").EnumerateArray().All(part => part.Find("SpecialToken") is null),
        "Sequence" => processor.GetProperty("processors").EnumerateArray().All(AddsNothing),
        _ => false,
    };

    private static bool UsesRegex(JsonElement byteLevel) => byteLevel.Find("use_regex")?.GetBoolean() ?? true;

    private static SplitPattern ReadSplit(JsonElement split)
    {
        var pattern = SplitPattern.FromOniguruma(split.GetProperty("pattern").GetProperty("Regex").GetString()!);
        // Keeping the matches as pieces and throwing the gaps away is the same where there are none.
        return (split.FindString("behavior"), split.IsTrue("invert")) switch
        {
            ("Isolated", _) => pattern,
            ("Removed", true) when pattern.MatchesEverything => pattern,
            var (behavior, _) => throw new NotSupportedException($"it has a Split with the behavior '{behavior}', which is not supported yet."),
        };
    }
}
