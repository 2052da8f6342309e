using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// A message for a chat template: a role and a content, and whatever else the template of a model knows (tool_calls, name,
/// reasoning_content, parts of images, …).
/// </summary>
/// <remarks>A pair of two texts is one as well: <c>("user", "Hello")</c>.</remarks>
public sealed class TemplateMessage
{
    /// <summary>A message of text.</summary>
    /// <param name="role">Who speaks: system, user, assistant or tool, as the template knows them.</param>
    /// <param name="content">What is said; null for nothing, as in a message that only calls tools.</param>
    public TemplateMessage(string role, string? content)
    {
        ArgumentNullException.ThrowIfNull(role);
        Fields = new JsonObject { ["role"] = role, ["content"] = content };
    }

    /// <summary>A message as JSON, which is taken as it is.</summary>
    public TemplateMessage(JsonObject fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        Fields = fields;
    }

    /// <summary>All that the template can see of the message.</summary>
    public JsonObject Fields { get; }

    /// <summary>A field of the message.</summary>
    public JsonNode? this[string name]
    {
        get => Fields[name];
        set => Fields[name] = value;
    }

    /// <summary>A message of a role and a text.</summary>
    public static implicit operator TemplateMessage((string Role, string Content) message) => FromPair(message);

    /// <summary>A message of a role and a text.</summary>
    public static TemplateMessage FromPair((string Role, string Content) message) => new(message.Role, message.Content);

    /// <summary>The messages of a JSON array of objects.</summary>
    /// <exception cref="ArgumentException">The text is no JSON, or no array of objects.</exception>
    public static IReadOnlyList<TemplateMessage> ParseAll(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            if (JsonNode.Parse(json) is JsonArray messages && messages.All(message => message is JsonObject))
                return [.. messages.Select(message => new TemplateMessage(message!.AsObject()))];
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new ArgumentException($"The messages are not JSON: {error.Message}", nameof(json), error);
        }
        throw new ArgumentException("The messages must be a JSON array of objects.", nameof(json));
    }
}
