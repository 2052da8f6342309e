using System.Text.Json.Nodes;
using Llm.Testing;
using Llm.Tokenizers.Tests.ChatTemplates;

namespace Llm.Tokenizers.Tests;

/// <summary>Ids and masks of karpathy/nanochat's tokenizer.</summary>
public class NanoChatFormatTests
{
    private static readonly JsonObject Cases = ChatGolden.Read("nanochat", "cases.json");

    private static readonly NanoChatFormat Format = new(LoadTokenizer());

    [Fact]
    public void Render_GoldenConversation_GivesIdsAndMask()
    {
        var count = 0;
        foreach (var one in Cases["cases"]!.AsArray().Select(one => one!.AsObject()))
        {
            var messages = ChatGolden.ToMessages(one["messages"]!.AsArray()).ToList();
            count++;
            if (one["error"] is { } error)
            {
                var actual = Assert.Throws<ArgumentException>(() => Format.Render(messages));
                Assert.StartsWith(Expected((string)error["message"]!), actual.Message);
                continue;
            }
            var encoded = Format.Render(messages, (int)one["max_tokens"]!);
            Assert.Equal(one["ids"]!.AsArray().Select(id => (int)id!), encoded.Ids);
            Assert.Equal(one["mask"]!.AsArray().Select(bit => (int)bit! == 1), encoded.AssistantMask);
            if (one["completion_ids"] is { } completion)
                Assert.Equal(completion.AsArray().Select(id => (int)id!), Format.RenderForCompletion(messages, (int)one["max_tokens"]!));
            if (one["completion_error"] is not null)
                Assert.Throws<ArgumentException>(() => Format.RenderForCompletion(messages));
        }
        Assert.Equal(30, count);
    }

    [Fact]
    public void Render_NoMessage_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Format.Render([]));
        Assert.Throws<ArgumentException>(() => Format.Render([("system", "alone")]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Format.Render([("user", "x")], maxTokens: 0));
    }

    [Fact]
    public void Render_MessagesGiven_AreNotChanged()
    {
        TemplateMessage[] messages = [("system", "s"), ("user", "u"), ("assistant", "a")];

        Format.Render(messages);
        Format.RenderForCompletion(messages);

        Assert.Equal(["s", "u", "a"], messages.Select(message => (string)message["content"]!));
    }

    [Fact]
    public void New_TokenizerWithoutTheTokens_NamesTheMissingOne() =>
        Assert.Contains("'<|bos|>'", Assert.Throws<ArgumentException>(() => new NanoChatFormat(ByteLevelBpeTokenizer.Gpt2())).Message);

    // Where our words are others than the reference's.
    private static string Expected(string reference) => reference switch
    {
        "System message must be followed by a user message" => "A system message must be followed by a message of the user.",
        "Unknown part type: image" => "A part of message 1 has the type 'image'.",
        "User messages are simply expected to be strings" => "The content of message 0, the user's, must be a text.",
        "Unknown content type: <class 'int'>" => "The content of message 1, the assistant's, must be a text or a list of parts.",
        _ => reference,
    };

    private static ByteLevelBpeTokenizer LoadTokenizer()
    {
        using var ranks = File.OpenRead(TestData.Golden("chat", "nanochat", "ranks.tiktoken"));
        var special = Cases["special_tokens"]!.AsObject().Select(token => new AddedToken(token.Key, (int)token.Value!)).ToList();
        return ByteLevelBpeTokenizer.FromRanks(ranks, SplitPattern.FromRegex((string)Cases["pattern"]!), special);
    }
}
