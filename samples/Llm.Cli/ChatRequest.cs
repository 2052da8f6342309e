using System.Text.Json;
using System.Text.Json.Nodes;
using Llm.Tokenizers;

namespace Llm.Cli;

/// <summary>Messages and what else a chat template is given. Fields that are not known are variables of the template.</summary>
internal sealed record ChatRequest(IReadOnlyList<TemplateMessage> Messages, ChatTemplateOptions Options)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a request.</summary>
    /// <exception cref="InvalidDataException">The text is not one JSON object, or a field is not what it must be.</exception>
    public static ChatRequest Parse(string json)
    {
        var fields = ParseObject(json);
        var messages = Take<JsonArray>(fields, "messages", "a list of messages")
            ?? throw new InvalidDataException("'messages' is missing: give a list of messages.");
        if (messages.Any(message => message is not JsonObject))
            throw new InvalidDataException("'messages' must be a list of objects, each with a role.");
        var (continues, field) = TakeContinuation(fields);
        var options = new ChatTemplateOptions
        {
            Tools = Take<JsonArray>(fields, "tools", "a list of tools"),
            Documents = Take<JsonArray>(fields, "documents", "a list of documents"),
            AddGenerationPrompt = TakeFlag(fields, "add_generation_prompt"),
            ContinueFinalMessage = continues,
            ContinuedField = field ?? "content",
            Variables = fields,
        };
        return new ChatRequest([.. messages.Select(message => new TemplateMessage(message!.AsObject()))], options);
    }

    private static JsonObject ParseObject(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Strict) as JsonObject ?? throw new InvalidDataException("Expected a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"This is not valid JSON: {exception.Message}", exception);
        }
    }

    // True, or the name of the field to go on with.
    private static (bool Continues, string? Field) TakeContinuation(JsonObject fields)
    {
        const string Name = "continue_final_message";
        if (fields[Name] is not JsonValue value || !value.TryGetValue<string>(out var field))
            return (TakeFlag(fields, Name), null);
        fields.Remove(Name);
        return (field.Length > 0, field.Length > 0 ? field : null);
    }

    private static bool TakeFlag(JsonObject fields, string name)
    {
        var value = Take<JsonValue>(fields, name, "true or false");
        if (value is null)
            return false;
        return value.TryGetValue<bool>(out var flag) ? flag : throw new InvalidDataException($"'{name}' must be true or false.");
    }

    private static T? Take<T>(JsonObject fields, string name, string expected) where T : JsonNode
    {
        if (!fields.Remove(name, out var value) || value is null)
            return null;
        return value as T ?? throw new InvalidDataException($"'{name}' must be {expected}.");
    }
}
