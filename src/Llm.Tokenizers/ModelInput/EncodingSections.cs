using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>The sections of tokenizer.json that act behind the model: how texts become what a model takes.</summary>
internal sealed record EncodingSections
{
    public TokenPostProcessor? PostProcessor { get; init; }

    public TruncationOptions? Truncation { get; init; }

    public PaddingOptions? Padding { get; init; }

    /// <exception cref="FormatException">A section is malformed.</exception>
    /// <exception cref="NotSupportedException">A section asks for something that is not supported.</exception>
    public static EncodingSections Read(JsonElement tokenizerJson) => new()
    {
        PostProcessor = tokenizerJson.Find("post_processor") is { } processor ? TokenPostProcessor.Read(processor) : null,
        Truncation = tokenizerJson.Find("truncation") is { } truncation ? ReadTruncation(truncation) : null,
        Padding = tokenizerJson.Find("padding") is { } padding ? ReadPadding(padding) : null,
    };

    public JsonObject? TruncationToJson() => Truncation is null ? null : new JsonObject
    {
        ["direction"] = Truncation.Side.ToString(),
        ["max_length"] = Truncation.MaxLength,
        ["strategy"] = Truncation.Strategy.ToString(),
        ["stride"] = Truncation.Stride,
    };

    public JsonObject? PaddingToJson() => Padding is null ? null : new JsonObject
    {
        ["strategy"] = Padding.Length is { } length ? new JsonObject { ["Fixed"] = length } : "BatchLongest",
        ["direction"] = Padding.Side.ToString(),
        ["pad_to_multiple_of"] = Padding.MultipleOf,
        ["pad_id"] = Padding.Id,
        ["pad_type_id"] = Padding.TypeId,
        ["pad_token"] = Padding.Token,
    };

    private static TruncationOptions ReadTruncation(JsonElement section) => new()
    {
        MaxLength = ReadCount(section, "max_length"),
        Strategy = ReadName<TruncationStrategy>(section, "strategy"),
        Stride = ReadCount(section, "stride"),
        Side = section.Find("direction") is null ? TextSide.Right : ReadName<TextSide>(section, "direction"),
    };

    private static PaddingOptions ReadPadding(JsonElement section) => new()
    {
        Length = section.Find("strategy") switch
        {
            { ValueKind: JsonValueKind.Object } strategy => ReadCount(strategy, "Fixed"),
            { ValueKind: JsonValueKind.String } strategy when strategy.ValueEquals("BatchLongest") => null,
            var other => throw new FormatException(
                $"strategy of padding is {other}; it must be \"BatchLongest\" or {{\"Fixed\": length}}."),
        },
        Side = ReadName<TextSide>(section, "direction"),
        MultipleOf = section.Find("pad_to_multiple_of") is null ? null : ReadCount(section, "pad_to_multiple_of"),
        Id = ReadCount(section, "pad_id"),
        TypeId = ReadCount(section, "pad_type_id"),
        Token = section.FindString("pad_token") ?? throw new FormatException("The section padding has no pad_token."),
    };

    private static int ReadCount(JsonElement section, string name) =>
        section.Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var count) && count >= 0
            ? count
            : throw new FormatException(
                $"{name} of truncation or padding is {section.Find(name)}; it must be a whole number that is not negative.");

    private static T ReadName<T>(JsonElement section, string name) where T : struct, Enum =>
        section.Find(name) is { ValueKind: JsonValueKind.String } value
            && Enum.TryParse<T>(value.GetString(), out var known) && Enum.IsDefined(known)
            ? known
            : throw new FormatException($"{name} is {section.Find(name)}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
}
