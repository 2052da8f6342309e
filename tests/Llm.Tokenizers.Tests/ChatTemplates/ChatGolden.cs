using System.Text.Json.Nodes;
using Llm.Testing;

namespace Llm.Tokenizers.Tests.ChatTemplates;

/// <summary>Golden data of tests/Golden/chat, and what it was made with.</summary>
internal static class ChatGolden
{
    /// <summary>The clock of the golden data.</summary>
    public static TimeProvider Clock { get; } = new StoppedClock(new DateTimeOffset(2025, 7, 10, 12, 0, 0, TimeSpan.Zero));

    public static JsonObject Read(params string[] path) => JsonNode.Parse(File.ReadAllText(TestData.Golden(["chat", .. path])))!.AsObject();

    public static JsonNode? ReadShared(string file) => JsonNode.Parse(File.ReadAllText(Golden.Shared("chat-templates", file)));

    /// <summary>A template with variables, messages among them.</summary>
    public static string Render(string template, JsonObject context)
    {
        var variables = (JsonObject)context.DeepClone();
        variables.Remove("messages", out var messages);
        var options = new ChatTemplateOptions
        {
            Tools = Take(variables, "tools") as JsonArray,
            Documents = Take(variables, "documents") as JsonArray,
            AddGenerationPrompt = Take(variables, "add_generation_prompt")?.GetValue<bool>() ?? false,
            Variables = variables,
        };
        return new ChatTemplate(template, clock: Clock).Render(ToMessages(messages as JsonArray ?? []), options);
    }

    /// <summary>The options of a golden case of apply_chat_template.</summary>
    public static ChatTemplateOptions ToOptions(JsonObject given, JsonObject specialTokens)
    {
        var variables = (JsonObject)given.DeepClone();
        var options = new ChatTemplateOptions
        {
            Tools = Take(variables, "tools") as JsonArray,
            Documents = Take(variables, "documents") as JsonArray,
            AddGenerationPrompt = Take(variables, "add_generation_prompt")?.GetValue<bool>() ?? false,
            ContinueFinalMessage = Take(variables, "continue_final_message")?.GetValue<bool>() ?? false,
            Variables = variables,
        };
        variables.Remove("return_assistant_tokens_mask");
        foreach (var (name, token) in specialTokens)
            variables.TryAdd(name, token!.DeepClone());
        return options;
    }

    public static IEnumerable<TemplateMessage> ToMessages(JsonArray messages) =>
        messages.Select(message => new TemplateMessage(message!.AsObject()));

    /// <summary>Null where the outcome is that of the golden case, else what is wrong.</summary>
    public static string? Difference(JsonObject golden, Func<string> render)
    {
        try
        {
            var text = render();
            return (string?)golden["expected"] == text ? null : $"gave {text}";
        }
        catch (Exception error) when (error is ChatTemplateException or ArgumentException)
        {
            return IsExpected(golden["error"], error) ? null : $"failed: {error.Message}";
        }
    }

    private static bool IsExpected(JsonNode? golden, Exception error) => (string?)golden?["kind"] switch
    {
        "raise_exception" =>
            error is ChatTemplateException { Kind: ChatTemplateErrorKind.Raised } && error.Message == (string?)golden!["message"],
        "syntax" => error is ChatTemplateException { Kind: ChatTemplateErrorKind.Syntax, Line: > 0, Column: > 0 },
        "undefined" => error is ChatTemplateException { Kind: ChatTemplateErrorKind.Undefined, Line: > 0, Column: > 0 },
        "security" => error is ChatTemplateException { Kind: ChatTemplateErrorKind.Security, Line: > 0, Column: > 0 },
        "template" => error is ChatTemplateException { Kind: ChatTemplateErrorKind.Template, Line: > 0, Column: > 0 },
        "other" => error is ArgumentException or ChatTemplateException { Kind: ChatTemplateErrorKind.Operation },
        _ => false,
    };

    private static JsonNode? Take(JsonObject fields, string name) => fields.Remove(name, out var value) ? value : null;

    private sealed class StoppedClock(DateTimeOffset time) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => time;
    }
}
