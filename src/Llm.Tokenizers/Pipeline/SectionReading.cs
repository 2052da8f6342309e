using System.Text;
using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Reads the fields of a section of tokenizer.json; what is missing or malformed is named.</summary>
internal static class SectionReading
{
    /// <exception cref="FormatException">The section has no type.</exception>
    public static string TypeOf(JsonElement section) =>
        section.FindString("type") ?? throw new FormatException($"A section has no type: {Shorten(section.ToString())}.");

    public static string Text(this JsonElement section, string name) => section.Find(name) is { ValueKind: JsonValueKind.String } value
        ? value.GetString()!
        : throw Malformed(section, name, "a string");

    public static bool Flag(this JsonElement section, string name, bool? ifMissing = null) => section.Find(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        null when ifMissing is { } value => value,
        _ => throw Malformed(section, name, "true or false"),
    };

    public static int Count(this JsonElement section, string name, int? ifMissing = null)
    {
        if (section.Find(name) is not { } value)
            return ifMissing ?? throw Malformed(section, name, "a number");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0
            ? count
            : throw Malformed(section, name, "a whole number that is not negative");
    }

    public static Rune Character(this JsonElement section, string name)
    {
        var text = section.Text(name);
        return Rune.TryGetRuneAt(text.Length > 0 ? text : "\uD800", 0, out var character) && character.Utf16SequenceLength == text.Length
            ? character
            : throw Malformed(section, name, "a single character");
    }

    public static List<T> Steps<T>(this JsonElement section, string name, Func<JsonElement, T> read) =>
        section.Find(name) is { ValueKind: JsonValueKind.Array } steps
            ? [.. steps.EnumerateArray().Select(read)]
            : throw Malformed(section, name, "an array");

    public static NotSupportedException Unknown(string kind, string type, string supported) =>
        new($"it has the {kind} '{type}', which is not supported. Supported: {supported}.");

    private static FormatException Malformed(JsonElement section, string name, string expected) => section.Find(name) is { } value
        ? new FormatException($"{name} of {TypeOf(section)} is {Shorten(value.ToString())}; it must be {expected}.")
        : new FormatException($"{TypeOf(section)} has no {name}; it must be {expected}.");

    private static string Shorten(string json) => json.Length <= 100 ? json : json[..100] + "…";
}
