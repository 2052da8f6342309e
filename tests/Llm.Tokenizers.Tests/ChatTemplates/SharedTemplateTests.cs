using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests.ChatTemplates;

/// <summary>Templates and expectations that other engines publish. What they do unlike jinja2 is listed by name, with jinja2's own result.</summary>
public class SharedTemplateTests
{
    [Theory, InlineData("hf_jinja_e2e.json"), InlineData("llamacpp_cases.json"), InlineData("jinja_syntax.json")]
    public void Render_PublishedCase_GivesTheExpectation(string file)
    {
        var root = ChatGolden.ReadShared(file);
        var cases = root as JsonArray ?? root!["cases"]!.AsArray();

        var differences = new List<string>();
        foreach (var one in cases.Select(one => one!.AsObject()))
        {
            var outcome = Outcome(one);
            if (outcome != (string?)one["expected"])
                differences.Add($"{one["name"]}: expected {one["expected"]?.ToJsonString()}, got {outcome}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static string Outcome(JsonObject one)
    {
        try
        {
            return ChatGolden.Render((string)one["template"]!, one["context"] as JsonObject ?? []);
        }
        catch (ChatTemplateException error)
        {
            return $"{error.Kind}: {error.Message}";
        }
    }
}
