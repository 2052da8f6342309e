using System.Text.Json.Nodes;
using CsCheck;

namespace Llm.Tokenizers.Tests.ChatTemplates;

/// <summary>Published templates with random damage: each renders or is an error, and never takes more than its limits allow.</summary>
public class MutatedTemplateTests
{
    private static readonly ChatTemplateLimits Limits = new()
    {
        MaxSteps = 300_000,
        MaxMemory = 16 << 20,
        Timeout = TimeSpan.FromMinutes(5),
    };

    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "|", "~", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", ".", ",", ":", "==", "**",
        "*", "//", "%", " in ", " not ", " is ", " and ", " or ", " if ", " else ", "{% endif %}", "{% endfor %}", "{% else %}",
        "{% set x = x ~ x %}", "{% for x in messages recursive %}", "{% break %}", "{% macro f() %}", "{% endmacro %}",
        "{{ loop(messages) }}", "loop.last", "messages", "range(100000)", "10 ** 999", "|tojson", "|list", "|sort", "|map('upper')",
        "|groupby('role')", "none", "true", "0", "-1", "1e309", "{% generation %}", "{% endgeneration %}", "{% raw %}", "{% endraw %}",
        "{% filter upper %}", "namespace(x=1)", "__class__", "\u2028", "🐳",
    ];

    [Fact]
    public void Render_PublishedTemplateWithDamage_RendersOrFails()
    {
        var golden = ChatGolden.Read("real_templates.json");
        var templates = golden["templates"]!.AsObject().Select(entry => (string)entry.Value!).ToArray();
        var conversations = golden["conversations"]!.AsObject().Select(entry => entry.Value!.ToJsonString()).ToArray();
        var tools = golden["tools"]!.ToJsonString();
        var change = Gen.Select(Gen.Double[0, 1], Gen.Int[0, 30], Gen.Int[0, Pieces.Length - 1], Gen.Double[0, 1]);
        var template = Gen.Int[0, templates.Length - 1].Select(i => templates[i]);
        var conversation = Gen.Int[0, conversations.Length - 1].Select(i => conversations[i]);

        Gen.Select(template, conversation, change.Array[1, 6]).Sample((template, conversation, changes) =>
        {
            var source = changes.Aggregate(template, Damage);
            var messages = ChatGolden.ToMessages(JsonNode.Parse(conversation)!.AsArray());
            var options = new ChatTemplateOptions { Tools = JsonNode.Parse(tools)!.AsArray(), AddGenerationPrompt = true };
            var error = Record.Exception(() => new ChatTemplate(source, Limits, ChatGolden.Clock).Render(messages, options));
            Assert.True(error is null or ChatTemplateException, $"{error}\n{source}");
        }, iter: 4000, threads: 1);
    }

    [Fact]
    public void Render_RandomPieces_RendersOrFails()
    {
        var context = ChatGolden.Read("constructs.json")["context"]!.AsObject();
        context.Remove("messages");
        var options = new ChatTemplateOptions { Variables = context };
        string[] words =
        [
            .. Pieces, "{{ ", " }}", "{% if ", " %}", "d", "items", "rows", "uni", "ns", "loop", "'a'", "[1, 2]", "{'a': 1}", "x",
            ".items()", ".get('x')", "[::-1]", "|join", "|length", "|first", "|default('z')", " is defined", "(", ")",
            "{% set ns = namespace(a=1) %}", "{% set ns.a = ", "{% for k, v in ", "{% endset %}",
        ];

        Gen.Int[0, words.Length - 1].Array[1, 30].Sample(chosen =>
        {
            var source = string.Concat(chosen.Select(i => words[i]));
            var error = Record.Exception(() => new ChatTemplate(source, Limits).Render([("user", "hi")], options));
            Assert.True(error is null or ChatTemplateException, $"{error}\n{source}");
        }, iter: 20_000, threads: 1);
    }

    // Cuts something out, puts something in, or copies a part to another place.
    private static string Damage(string template, (double At, int Removed, int Piece, double From) change)
    {
        var at = (int)(change.At * template.Length);
        var rest = template[Math.Min(template.Length, at + change.Removed)..];
        var start = (int)(change.From * template.Length);
        var piece = change.Piece % 3 == 0 ? template[start..Math.Min(template.Length, start + 40)] : Pieces[change.Piece];
        return template[..at] + piece + rest;
    }
}
