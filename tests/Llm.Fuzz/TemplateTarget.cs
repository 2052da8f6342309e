using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llm.Tokenizers;

namespace Llm.Fuzz;

/// <summary>Chat templates: damaged ones over good chats, and good ones over damaged chats.</summary>
internal static class TemplateTarget
{
    /// <summary>Far more than the memory that <see cref="Limits"/> allows, which does not count what is given back.</summary>
    public const long MaxBytes = 1L << 30;

    // The time is left to the fuzzer: these limits alone must end every template.
    private static readonly ChatTemplateLimits Limits = new()
    {
        MaxSteps = 1_000_000,
        MaxMemory = 32 << 20,
        Timeout = TimeSpan.FromHours(1),
    };

    private static readonly JsonObject Golden =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Golden, "chat", "real_templates.json")))!.AsObject();

    private static readonly string[] Published = [.. Golden["templates"]!.AsObject().Select(entry => (string)entry.Value!)];

    private static readonly string[] Chats = [.. Golden["conversations"]!.AsObject().Select(entry => entry.Value!.ToJsonString())];

    public static IReadOnlyList<string> Words { get; } =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "+%}", "|", "~", "(", ")", "[", "]", "{", "}", "'", "\"", "\\",
        ".", ",", ":", "=", "==", "**", "*", "//", "%", " in ", " not ", " is ", " and ", " or ", " if ", " else ", "{% endif %}",
        "{% endfor %}", "{% else %}", "{% set x = x ~ x %}", "{% set x = [x, x] %}", "{% set x = (x, x) %}",
        "{% for x in messages recursive %}", "{{ loop(messages) }}", "{% for i in range(99999) %}", "{% break %}",
        "{% continue %}", "{% macro f(a, b=a) %}", "{% endmacro %}", "{{ f(f) }}", "{% call(x) f() %}", "{% endcall %}",
        "caller()", "varargs", "kwargs", "{% set ns = namespace(x=messages) %}", "{% set ns.x = [ns.x, ns] %}", "loop.last",
        "loop.previtem", "loop.cycle(1, 2)", "messages", "tools", "range(99999)", "10 ** 999", "|tojson", "|tojson(indent=99)",
        "|list", "|sort", "|unique", "|map('upper')", "|map(attribute='role')", "|selectattr('role', 'equalto', 'user')",
        "|groupby('role')", "|batch(3)", "|slice(3)", "|join", "|indent(99999)", "|center(99999)", "|replace('', 'aa')",
        "|wordcount", "|striptags", "|xmlattr", "|urlencode", "|format(1, 2)", "|round(99)", "|int(0, 36)", "|float", "|random",
        ".items()", ".get(x)", ".split()", ".join(x)", ".format(x)", ".zfill(99999)", ".expandtabs(99999)", "'%99999d' % 1",
        "'{:99999}'", "[::-1]", "[x:x:x]", "none", "true", "0", "-1", "1e309", "0.1", "__class__", "self.a()", "{% block a %}",
        "{% endblock %}", "{% filter upper %}", "{% endfilter %}", "{% generation %}", "{% endgeneration %}", "{% raw %}",
        "{% endraw %}", "{% with x = x %}", "{% endwith %}", "\u2028", "🐳", "İ", "ß",
    ];

    /// <summary>Templates: those of published models, and small ones that use everything.</summary>
    public static IEnumerable<byte[]> Templates()
    {
        var small = new[] { "constructs.json", "more-constructs.json" }.Select(file => Path.Combine(Repository.Golden, "chat", file));
        var files = small.Concat(Repository.Shared("data", "chat-templates"));
        var others = files.SelectMany(file => Find(JsonNode.Parse(File.ReadAllText(file))));
        return Published.Concat(others).Select(Encoding.UTF8.GetBytes);
    }

    /// <summary>Chats: messages and all else, as JSON, with the number of the template that renders them.</summary>
    public static IEnumerable<byte[]> Contexts() => Chats.Select((chat, i) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["template"] = 7 * i,
        ["messages"] = JsonNode.Parse(chat),
        ["tools"] = Golden["tools"]!.DeepClone(),
        ["documents"] = new JsonArray(new JsonObject { ["title"] = "a", ["text"] = "b" }),
        ["variables"] = new JsonObject { ["enable_thinking"] = true, ["date_string"] = "1" },
        ["continues"] = i % 2 == 1,
    }));

    public static void Render(byte[] template)
    {
        var parsed = new ChatTemplate(Encoding.UTF8.GetString(template), Limits);
        var messages = TemplateMessage.ParseAll(Chats[template.Length % Chats.Length]);
        var options = new ChatTemplateOptions
        {
            Tools = (JsonArray)Golden["tools"]!.DeepClone(),
            AddGenerationPrompt = template.Length % 2 == 0,
        };
        parsed.RenderWithSpans(messages, options);
    }

    public static void RenderContext(byte[] context)
    {
        if (JsonNode.Parse(context) is not JsonObject given)
            return;
        try
        {
            _ = given.Count;
        }
        catch (InvalidOperationException)
        {
            return; // no names that could be asked for
        }
        var number = given["template"] is JsonValue value && value.TryGetValue<int>(out var chosen) ? chosen : 0;
        var options = new ChatTemplateOptions
        {
            Tools = given["tools"]?.DeepClone() as JsonArray,
            Documents = given["documents"]?.DeepClone() as JsonArray,
            Variables = given["variables"]?.DeepClone() as JsonObject ?? [],
            ContinueFinalMessage = given["continues"]?.GetValueKind() == JsonValueKind.True,
        };
        var messages = (given["messages"] as JsonArray ?? []).OfType<JsonObject>().Select(message => new TemplateMessage(message));
        new ChatTemplate(Published[(number & int.MaxValue) % Published.Length], Limits).RenderWithSpans(messages, options);
    }

    /// <summary>JSON that is none, and what the library documents.</summary>
    public static bool IsRefusalOfContext(Exception error) => error is ChatTemplateException or ArgumentException or JsonException;

    // All templates in a file, by the names that such files give them.
    private static IEnumerable<string> Find(JsonNode? node) => node switch
    {
        JsonArray items => items.SelectMany(Find),
        JsonObject fields => fields.SelectMany(field =>
            field is { Key: "template", Value: JsonValue text } && text.GetValueKind() == JsonValueKind.String
                ? [text.GetValue<string>()]
                : Find(field.Value)),
        _ => [],
    };
}
