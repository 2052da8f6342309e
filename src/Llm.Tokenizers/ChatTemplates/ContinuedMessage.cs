using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// The last message of a chat, to be gone on with. As transformers does it, a mark goes behind its text, and what the template puts behind
/// the mark is cut off.
/// </summary>
internal sealed class ContinuedMessage
{
    private const string Mark = "CONTINUE_FINAL_MESSAGE_TAG ";
    private const string TrimmedMark = "CONTINUE_FINAL_MESSAGE_TAG";

    private readonly string _text;

    /// <param name="messages">The messages.</param>
    /// <param name="field">The field of the last one to go on with.</param>
    /// <param name="template">The template's source, which must know the field.</param>
    /// <exception cref="ArgumentException">The last message has no text in that field.</exception>
    public ContinuedMessage(IReadOnlyList<JsonObject> messages, string field, string template)
    {
        if (messages.Count == 0)
            throw new ArgumentException("There is no final message to continue.", nameof(messages));
        var last = (JsonObject)messages[^1].DeepClone();
        JsonValues.RequireNames(last, nameof(messages));
        if (last[field] is not { } content)
            throw new ArgumentException($"The final message has no '{field}' to continue.", nameof(messages));
        if (!template.Contains(field, StringComparison.Ordinal))
            throw new ArgumentException($"The template does not know the field '{field}' that is to be continued.", nameof(messages));
        _text = content is JsonArray parts ? MarkPart(parts) : TextOf(content);
        if (content is not JsonArray)
            last[field] = _text + Mark;
        Messages = [.. messages.Take(messages.Count - 1), last];
    }

    /// <summary>The messages, the last one with its mark.</summary>
    public IReadOnlyList<JsonObject> Messages { get; }

    /// <summary>The text up to the mark.</summary>
    /// <exception cref="ChatTemplateException">The template changed or left out the message.</exception>
    public string Cut(string rendered)
    {
        var text = Chars.TrimStart(Chars.TrimEnd(_text));
        var end = rendered.LastIndexOf(TrimmedMark, StringComparison.Ordinal);
        if (end < 0 || TextSearch.IndexOf(rendered, text, 0) < 0)
            throw new ChatTemplateException(
                ChatTemplateErrorKind.Operation,
                $"The final message cannot be continued: the template changes it or leaves it out. The message: {Shorten(text)}",
                line: 0,
                column: 0);
        var isKept = rendered.AsSpan(end).StartsWith(Mark);
        return isKept ? rendered[..end] : Chars.TrimEnd(rendered[..end]);
    }

    // The last part that is a text.
    private static string MarkPart(JsonArray parts)
    {
        foreach (var fields in parts.OfType<JsonObject>())
            JsonValues.RequireNames(fields, nameof(parts));
        var part = parts.LastOrDefault(part => part is JsonObject fields && fields.ContainsKey("text"))
            ?? throw new ArgumentException("The final message has no text to continue.", nameof(parts));
        var text = TextOf(part["text"]);
        part["text"] = text + Mark;
        return text;
    }

    private static string TextOf(JsonNode? content) => content?.GetValueKind() == JsonValueKind.String
        ? JsonTexts.Read(content.AsValue())
        : throw new ArgumentException("Only text can be continued.", nameof(content));

    private static string Shorten(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
