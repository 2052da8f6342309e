using System.Text.Json;
using System.Text.RegularExpressions;

namespace Llm.Cli;

/// <summary>A request as a JSON object. Unknown fields are errors.</summary>
internal sealed partial class JsonRequest
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly Dictionary<string, JsonElement> _fields;

    private JsonRequest(Dictionary<string, JsonElement> fields) => _fields = fields;

    /// <summary>Reads a request.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="known">Fields that it may have.</param>
    /// <param name="refused">A field that other versions know, and why this one does not.</param>
    /// <exception cref="InvalidDataException">The text is not one JSON object, or has another field.</exception>
    /// <exception cref="NotSupportedException">It has the refused field.</exception>
    public static JsonRequest Parse(string json, IReadOnlyCollection<string> known, (string Name, string Reason)? refused = null)
    {
        var root = ParseElement(json);
        if (root.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"Expected a JSON object, but got {Shorten(root)}.");
        var fields = root.EnumerateObject().ToDictionary(property => property.Name, property => property.Value);
        if (refused is { } field && fields.ContainsKey(field.Name))
            throw new NotSupportedException(field.Reason);
        if (fields.Keys.Except(known).FirstOrDefault() is { } unknown)
            throw new InvalidDataException($"'{unknown}' is not a known field. Known: {string.Join(", ", known)}.");
        return new JsonRequest(fields);
    }

    public bool Has(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public bool HasNull(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>A field that must be there.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="expected">What it must be, for the error.</param>
    public T Get<T>(string name, string expected) => Has(name)
        ? Convert<T>(name, _fields[name], expected)
        : throw new InvalidDataException($"'{name}' is missing: give {expected}.");

    /// <summary>A field that holds one value or a list of them.</summary>
    public T[] GetList<T>(string name, string expected) =>
        _fields[name].ValueKind == JsonValueKind.Array ? Get<T[]>(name, expected) : [Get<T>(name, expected)];

    public string GetText(string name) => Get<string>(name, "a text");

    public int[] GetIds(string name = "ids") => Get<int[]>(name, "a list of token ids");

    /// <summary>The one of two fields that is given.</summary>
    public string OneOf(string first, string second) => (Has(first), Has(second)) switch
    {
        (true, false) => first,
        (false, true) => second,
        _ => throw new InvalidDataException($"Give either '{first}' or '{second}'."),
    };

    private static JsonElement ParseElement(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutHalfPairs(json), Strict);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"This is not valid JSON: {exception.Message}", exception);
        }
    }

    // Escapes of half surrogate pairs are no text for System.Text.Json; tokenizers take them as U+FFFD.
    private static string WithoutHalfPairs(string json) => HalfPair().Replace(json, match =>
        match.Groups["half"].Success ? "\\ufffd" : match.Value);

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.")]
    private static partial Regex HalfPair();

    private static T Convert<T>(string name, JsonElement value, string expected)
    {
        try
        {
            return value.Deserialize<T>()!;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{name}' must be {expected}, but is {Shorten(value)}.", exception);
        }
    }

    private static string Shorten(JsonElement value)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length > 60 ? text[..60] + "…" : text;
    }
}
