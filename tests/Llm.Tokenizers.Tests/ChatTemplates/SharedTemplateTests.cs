using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests.ChatTemplates;

/// <summary>
/// Templates and expectations that other engines publish. Where they differ from transformers, its result is in
/// shared-differences.json.
/// </summary>
public class SharedTemplateTests
{
    [Theory, InlineData("hf_jinja_e2e.json", 36), InlineData("llamacpp_cases.json", 20), InlineData("jinja_syntax.json", 105)]
    public void Render_PublishedCase_GivesTheExpectation(string file, int count)
    {
        var root = ChatGolden.ReadShared(file);
        var cases = root as JsonArray ?? root!["cases"]!.AsArray();
        var known = ChatGolden.Read("shared-differences.json")["cases"]!.AsArray().Select(one => one!.AsObject())
            .Where(one => (string?)one["file"] == file).ToDictionary(one => (string)one["name"]!);

        var differences = new List<string>();
        foreach (var one in cases.Select(one => one!.AsObject()))
        {
            var golden = known.GetValueOrDefault((string)one["name"]!) ?? one;
            var render = () => ChatGolden.Render((string)one["template"]!, one["context"] as JsonObject ?? []);
            if (ChatGolden.Difference(golden, render) is { } difference)
                differences.Add($"{one["name"]}: expected {golden["expected"]?.ToJsonString()}, {difference}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.Equal(count, cases.Count);
    }
}
