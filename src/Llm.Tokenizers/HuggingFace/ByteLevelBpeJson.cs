using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>
/// Reads those tokenizer.json files of which a <see cref="ByteLevelBpeTokenizer"/> gives the same ids as the parts that they name.
/// </summary>
internal static class ByteLevelBpeJson
{
    /// <summary>The tokenizer; null where it is none of that kind.</summary>
    public static ByteLevelBpeTokenizer? TryRead(JsonElement json, EncodingSections sections, TokenizerSettings settings)
    {
        var model = json.GetProperty("model");
        var added = AddedTokenJson.ReadAll(json).ToList();
        var normalizer = TypeOf(json, "normalizer");
        if (!IsPlainBpe(model) || TypeOf(json, "decoder") != "ByteLevel"
            || !TryReadPreTokenizer(json, out var pattern, out var addsPrefixSpace)
            || !(normalizer is null || (normalizer == "NFC" && added.TrueForAll(token => !token.IsNormalized))))
            return null;
        var vocabulary = ReadVocabulary(model.GetProperty("vocab"));
        if (!HasAllBytes(vocabulary) && (model.Find("unk_token") is not null || model.IsTrue("byte_fallback")))
            return null;
        return new ByteLevelBpeTokenizer(vocabulary, [.. BpeMergesJson.Read(model.GetProperty("merges"))], new ByteLevelBpeConfig
        {
            Pattern = pattern,
            AddsPrefixSpace = addsPrefixSpace,
            IgnoresMerges = model.IsTrue("ignore_merges"),
            AddedTokens = added,
        })
        {
            Nfc = normalizer is null ? null : TextNormalizer.Read(json.GetProperty("normalizer")),
            Sections = sections,
            Settings = settings,
        };
    }

    private static string? TypeOf(JsonElement json, string section) => json.Find(section)?.FindString("type");

    // Old files have no type; BPE alone has merges.
    private static bool IsPlainBpe(JsonElement model) =>
        (model.FindString("type") ?? TokenModelJson.Bpe) == TokenModelJson.Bpe && model.Find("merges") is not null
        && string.IsNullOrEmpty(model.FindString("continuing_subword_prefix"))
        && string.IsNullOrEmpty(model.FindString("end_of_word_suffix"))
        && model.Find("dropout") is null;

    private static Dictionary<string, int> ReadVocabulary(JsonElement vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in vocabulary.EnumerateObject())
            ids[token.Name] = ModelVocabulary.ReadId(token.Value, token.Name); // a name that JSON repeats counts as written last
        return ids;
    }

    private static bool HasAllBytes(Dictionary<string, int> vocabulary) =>
        Enumerable.Range(0, 256).All(value => vocabulary.ContainsKey(ByteSymbols.ToSymbol((byte)value).ToString()));

    private static bool TryReadPreTokenizer(JsonElement json, out SplitPattern pattern, out bool addsPrefixSpace)
    {
        (pattern, addsPrefixSpace) = (SplitPattern.None, false);
        if (json.Find("pre_tokenizer") is not { } section)
            return false;
        JsonElement[] steps = section.FindString("type") == "Sequence" ? [.. section.Steps("pretokenizers", step => step)] : [section];
        if (steps is not [.., var last] || steps.Length > 2 || last.FindString("type") != "ByteLevel")
            return false;
        addsPrefixSpace = last.Flag("add_prefix_space");
        var usesRegex = last.Flag("use_regex", ifMissing: true);
        if (steps.Length == 1)
        {
            pattern = usesRegex ? SplitPattern.Gpt2 : SplitPattern.None;
            return true;
        }
        return !usesRegex && !addsPrefixSpace && TryReadSplit(steps[0], out pattern);
    }

    // Keeping the matches as pieces and throwing the gaps away is the same where there are none.
    private static bool TryReadSplit(JsonElement split, out SplitPattern pattern)
    {
        pattern = SplitPattern.None;
        if (split.FindString("type") != "Split" || split.Find("pattern")?.FindString("Regex") is not { } regex)
            return false;
        pattern = SplitPattern.FromOniguruma(regex);
        return (split.FindString("behavior"), split.IsTrue("invert")) is ("Isolated", _)
            || ((split.FindString("behavior"), split.IsTrue("invert")) is ("Removed", true) && pattern.MatchesEverything);
    }
}
