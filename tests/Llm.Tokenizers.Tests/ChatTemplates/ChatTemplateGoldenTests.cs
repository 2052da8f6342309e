using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests.ChatTemplates;

/// <summary>What transformers 5.12.1 with jinja2 3.1.6 gives: all must be equal, errors by their kind.</summary>
public class ChatTemplateGoldenTests
{
    [Theory, InlineData("constructs.json", 111), InlineData("more-constructs.json", 460)]
    public void Render_GoldenConstruct_GivesTheSame(string file, int least)
    {
        var golden = ChatGolden.Read(file);
        var context = golden["context"]!.AsObject();

        var (count, differences) = Compare(golden, one =>
            ((string)one["name"]!, () => ChatGolden.Render((string)one["template"]!, context)));

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(count >= least, $"There are {count} cases.");
    }

    [Theory, InlineData("templates.json", 479), InlineData("real_templates.json", 708)]
    public void Render_GoldenChat_GivesTheSame(string file, int least)
    {
        var golden = ChatGolden.Read(file);
        var parsed = golden["templates"]!.AsObject().ToDictionary(
            entry => entry.Key, entry => new ChatTemplate((string)entry.Value!, clock: ChatGolden.Clock));

        var (count, differences) = Compare(golden, one =>
        {
            var (template, conversation) = ((string)one["template"]!, (string)one["conversation"]!);
            var messages = ChatGolden.ToMessages(golden["conversations"]![conversation]!.AsArray());
            var given = (JsonObject)one["options"]!.DeepClone();
            if (given["tools"] is JsonValue && golden["tools"] is { } tools)
                given["tools"] = tools.DeepClone();
            var options = ChatGolden.ToOptions(given, golden["special_tokens"]!.AsObject());
            return ($"{template} {conversation} {one["options"]!.ToJsonString()}", () => parsed[template].Render(messages, options));
        });

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(count >= least, $"There are {count} cases.");
    }

    private static (int Count, List<string> Differences) Compare(
        JsonObject golden, Func<JsonObject, (string Name, Func<string> Render)> prepare)
    {
        var differences = new List<string>();
        var cases = golden["cases"]!.AsArray();
        foreach (var one in cases.Select(one => one!.AsObject()))
        {
            var (name, render) = prepare(one);
            if (ChatGolden.Difference(one, render) is { } difference)
                differences.Add($"{name}: expected {one["expected"]?.ToJsonString() ?? one["error"]!.ToJsonString()}, {difference}");
        }
        return (cases.Count, differences);
    }
}
