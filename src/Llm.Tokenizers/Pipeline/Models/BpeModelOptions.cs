using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>What a <see cref="BpeModel"/> is beside its vocabulary and merges, with Hugging Face's defaults.</summary>
internal sealed record BpeModelOptions
{
    // Each character of a piece gets prefix and suffix, so that long ones would multiply a text.
    private const int MaxAffixLength = 64;

    /// <summary>Stands for characters that the vocabulary lacks; without it they vanish.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Makes one token of unknown characters that touch.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Spells unknown characters as bytes, where the vocabulary has them.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary>Takes a piece that is a token whole.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>What tokens that go on with a piece start with.</summary>
    public string? ContinuingPrefix { get; init; }

    /// <summary>What tokens that end a piece end with.</summary>
    public string? WordSuffix { get; init; }

    /// <summary>Null or zero: other values are for training and not supported.</summary>
    public double? Dropout { get; init; }

    /// <exception cref="FormatException">A value is not of its kind.</exception>
    /// <exception cref="NotSupportedException">A value is not supported.</exception>
    public static BpeModelOptions Read(JsonElement json)
    {
        var dropout = json.Find("dropout")?.GetDouble();
        if (dropout is not (null or 0))
            throw new NotSupportedException(
                $"The model has a dropout of {dropout}, which is not supported: it makes encoding random. Set dropout to null.");
        return new BpeModelOptions
        {
            UnknownToken = json.FindString("unk_token"),
            FusesUnknown = json.IsTrue("fuse_unk"),
            FallsBackToBytes = json.IsTrue("byte_fallback"),
            IgnoresMerges = json.IsTrue("ignore_merges"),
            ContinuingPrefix = ReadAffix(json, "continuing_subword_prefix"),
            WordSuffix = ReadAffix(json, "end_of_word_suffix"),
            Dropout = dropout,
        };
    }

    private static string? ReadAffix(JsonElement json, string name)
    {
        var affix = json.FindString(name);
        return affix is null || affix.Length <= MaxAffixLength ? affix : throw new FormatException(
            $"Its {name} has {affix.Length} characters; at most {MaxAffixLength} are allowed.");
    }
}
