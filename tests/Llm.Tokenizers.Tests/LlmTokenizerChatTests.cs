using System.Text.Json.Nodes;
using Llm.Testing;
using Llm.Tokenizers.Tests.ChatTemplates;

namespace Llm.Tokenizers.Tests;

public sealed class LlmTokenizerChatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EncodeChat_GoldenChat_GivesTextIdsAndMask()
    {
        var golden = ChatGolden.Read("templates.json");
        var tokenizer = TokenizerFolder.Load(TestData.Golden("chat", "tokenizer"));
        var (count, differences) = (0, new List<string>());
        foreach (var one in golden["cases"]!.AsArray().Where(one => one!["ids"] is not null))
        {
            var options = ChatGolden.ToOptions(one!["options"]!.AsObject(), []);
            options.Template = new ChatTemplate((string)golden["templates"]![(string)one["template"]!]!, clock: ChatGolden.Clock);
            var messages = ChatGolden.ToMessages(golden["conversations"]![(string)one["conversation"]!]!.AsArray()).ToList();

            var encoded = tokenizer.EncodeChat(messages, options);

            count++;
            if ((string?)one["expected"] != tokenizer.ApplyChatTemplate(messages, options))
                differences.Add($"text of {one["template"]} {one["conversation"]}");
            if (!one["ids"]!.AsArray().Select(id => (int)id!).SequenceEqual(encoded.Ids))
                differences.Add($"ids of {one["template"]} {one["conversation"]}");
            if (!one["assistant_mask"]!.AsArray().Select(bit => (int)bit! == 1).SequenceEqual(encoded.AssistantMask))
                differences.Add($"mask of {one["template"]} {one["conversation"]}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.Equal(28, count);
    }

    [Fact]
    public void ApplyChatTemplate_SpecialTokensOfTheFolder_AreVariables()
    {
        var tokenizer = Load(
            config => config["image_token"] = "<img>",
            "{{ bos_token }}{{ eos_token }}{{ unk_token }}{{ pad_token }}{{ image_token }}{{ sep_token }}");
        var options = new ChatTemplateOptions { Variables = new JsonObject { ["bos_token"] = "[B]" } };

        Assert.Equal("<s></s><unk><pad><img>", tokenizer.ApplyChatTemplate([]));
        Assert.Equal("[B]</s><unk><pad><img>", tokenizer.ApplyChatTemplate([], options));
    }

    [Fact]
    public void ApplyChatTemplate_Gpt2_HasItsEndOfTextForEveryRole()
    {
        var template = new ChatTemplate("{{ bos_token }}{{ eos_token }}{{ unk_token }}{{ pad_token }}");
        var options = new ChatTemplateOptions { Template = template };

        Assert.Equal("<|endoftext|><|endoftext|><|endoftext|>", ByteLevelBpeTokenizer.Gpt2().ApplyChatTemplate([], options));
        Assert.Equal("", CharTokenizer.FromText("ab").ApplyChatTemplate([], options));
    }

    [Fact]
    public void EncodeChat_NoGenerations_MarksNothing()
    {
        var tokenizer = Load(_ => { }, "<|im_start|>{{ messages[0].content }}<|im_end|>");

        var encoded = tokenizer.EncodeChat([("user", "Hello")]);

        Assert.Equal(4, encoded.Ids[0]);
        Assert.Equal(5, encoded.Ids[^1]);
        Assert.Equal(new bool[encoded.Ids.Count], encoded.AssistantMask);
    }

    [Theory]
    [InlineData("{% generation %}a{% endgeneration %}<|im_end|>b", "100"), InlineData("{% generation %}{% endgeneration %}ab", "00")]
    [InlineData("a{% generation %}{% endgeneration %}", "0"), InlineData("a{% generation %}b{% endgeneration %}", "01")]
    [InlineData("{% generation %}{% endgeneration %}", "")]
    public void EncodeChat_SpanAtAnEnd_MarksWhatItHolds(string template, string mask)
    {
        var encoded = Load(_ => { }, template).EncodeChat([]);

        Assert.Equal(mask, string.Concat(encoded.AssistantMask.Select(isOurs => isOurs ? '1' : '0')));
    }

    [Fact]
    public void EncodeChat_ContinuedMessage_MarksUpToTheEnd()
    {
        var tokenizer = Load(_ => { }, "a{% generation %}{{ messages[0].content }}<|im_end|>{% endgeneration %}");

        var encoded = tokenizer.EncodeChat([("assistant", "b<|im_end|>c")], new ChatTemplateOptions { ContinueFinalMessage = true });

        Assert.Equal("ab<|im_end|>c", tokenizer.Decode(encoded.Ids.ToArray()));
        Assert.Equal([false, true, true, true], encoded.AssistantMask);
    }

    [Fact]
    public void GetChatTemplate_ListInTheConfig_IsChosenByNameOrTools()
    {
        var tokenizer = Load(config => config["chat_template"] = JsonNode.Parse(
            """[{"name": "default", "template": "d"}, {"name": "tool_use", "template": "t"}, {"name": "rag", "template": "r"}]"""));

        Assert.Equal(["default", "rag", "tool_use"], tokenizer.ChatTemplateNames.Order());
        Assert.Equal("d", tokenizer.ApplyChatTemplate([]));
        Assert.Equal("t", tokenizer.ApplyChatTemplate([], new ChatTemplateOptions { Tools = [] }));
        Assert.Equal("r", tokenizer.ApplyChatTemplate([], new ChatTemplateOptions { TemplateName = "rag" }));
        Assert.Same(tokenizer.GetChatTemplate(), tokenizer.GetChatTemplate());
        var error = Assert.Throws<ArgumentException>(() => tokenizer.GetChatTemplate(new ChatTemplateOptions { TemplateName = "none" }));
        Assert.Contains("Known: default, rag, tool_use.", error.Message);
    }

    [Fact]
    public void GetChatTemplate_TextInTheConfig_IsTheDefault() =>
        Assert.Equal("c", Load(config => config["chat_template"] = "c").ApplyChatTemplate([], new ChatTemplateOptions { Tools = [] }));

    [Fact]
    public void GetChatTemplate_Files_WinOverTheConfig()
    {
        Directory.CreateDirectory(_folder.Combine("additional_chat_templates"));
        File.WriteAllText(_folder.Combine("additional_chat_templates", "tool_use.jinja"), "file for tools");
        var tokenizer = Load(config => config["chat_template"] = "config", "file");

        Assert.Equal("file", tokenizer.ApplyChatTemplate([]));
        Assert.Equal("file for tools", tokenizer.ApplyChatTemplate([], new ChatTemplateOptions { Tools = [] }));
    }

    [Fact]
    public void Save_FolderWithTemplates_KeepsThem()
    {
        Directory.CreateDirectory(_folder.Combine("additional_chat_templates"));
        File.WriteAllText(_folder.Combine("additional_chat_templates", "rag.jinja"), "with é");
        var tokenizer = Load(_ => { }, "default\n");

        tokenizer.Save(_folder.Combine("saved"));

        var saved = TokenizerFolder.Load(_folder.Combine("saved"));
        Assert.Equal("default\n", saved.GetChatTemplate().Source);
        Assert.Equal("with é", saved.GetChatTemplate(new ChatTemplateOptions { TemplateName = "rag" }).Source);
    }

    [Fact]
    public void GetChatTemplate_NoTemplate_SaysSo()
    {
        Assert.Contains("no chat template", Assert.Throws<InvalidOperationException>(() => Load(_ => { }).GetChatTemplate()).Message);
        var named = Load(config => config["chat_template"] = JsonNode.Parse("""[{"name": "rag", "template": "r"}]"""));
        Assert.Contains("no default chat template", Assert.Throws<InvalidOperationException>(() => named.GetChatTemplate()).Message);
    }

    [Fact]
    public void Load_MalformedTemplate_IsAnErrorOnlyWhenUsed()
    {
        var tokenizer = Load(_ => { }, "{% if %}");

        Assert.NotEmpty(tokenizer.Encode("Hello"));
        Assert.Throws<ChatTemplateException>(() => tokenizer.ApplyChatTemplate([]));
    }

    private LlmTokenizer Load(Action<JsonObject> edit, string? template = null)
    {
        File.Copy(TestData.Golden("chat", "tokenizer", "tokenizer.json"), _folder.Combine("tokenizer.json"), overwrite: true);
        var config = JsonNode.Parse(File.ReadAllText(TestData.Golden("chat", "tokenizer", "tokenizer_config.json")))!.AsObject();
        edit(config);
        File.WriteAllText(_folder.Combine("tokenizer_config.json"), config.ToJsonString());
        if (template is not null)
            File.WriteAllText(_folder.Combine("chat_template.jinja"), template);
        return TokenizerFolder.Load(_folder.Path);
    }
}
