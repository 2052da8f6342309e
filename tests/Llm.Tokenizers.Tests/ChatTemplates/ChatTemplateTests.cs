using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests.ChatTemplates;

public class ChatTemplateTests
{
    private static readonly TemplateMessage[] Hello = [("user", "Hello")];

    [Fact]
    public void Render_Messages_SeesRolesAndContents()
    {
        var template = new ChatTemplate("{% for m in messages %}<{{ m.role }}>{{ m['content'] }}{% endfor %}{{ add_generation_prompt }}");

        Assert.Equal("<user>Hi<assistant>YoFalse", template.Render([("user", "Hi"), ("assistant", "Yo")]));
        Assert.Equal("<user>HiTrue", template.Render([("user", "Hi")], new ChatTemplateOptions { AddGenerationPrompt = true }));
        Assert.Equal("<assistant>NoneFalse", template.Render([new TemplateMessage("assistant", null)]));
    }

    [Fact]
    public void Render_ToolsAndDocuments_AreNoneOrLists()
    {
        var template = new ChatTemplate("{{ tools }}|{{ documents }}");

        Assert.Equal("None|None", template.Render(Hello));
        Assert.Equal("[]|[{'title': 'T'}]", template.Render(Hello, new ChatTemplateOptions
        {
            Tools = [],
            Documents = [new JsonObject { ["title"] = "T" }],
        }));
    }

    [Fact]
    public void Render_Variables_KeepTheTypesOfCSharpAndOfJson()
    {
        var options = new ChatTemplateOptions
        {
            Variables = new JsonObject
            {
                ["i"] = 1,
                ["l"] = 12345678901L,
                ["d"] = 1.0,
                ["f"] = 0.5f,
                ["m"] = 2m,
                ["b"] = true,
                ["n"] = null,
                ["s"] = "é🐳",
                ["date"] = new DateTime(2025, 7, 10),
                ["json"] = JsonNode.Parse("[1, 1.0, 1e2, -0, -0.0, 123456789012345678901234567890, {\"a\": null}]"),
            },
        };

        Assert.Equal(
            "1 12345678901 1.0 0.5 2.0 True None é🐳 2025-07-10T00:00:00 "
            + "[1, 1.0, 100.0, 0, -0.0, 123456789012345678901234567890, {'a': None}]",
            new ChatTemplate("{{ i }} {{ l }} {{ d }} {{ f }} {{ m }} {{ b }} {{ n }} {{ s }} {{ date }} {{ json }}").Render([], options));
    }

    [Fact]
    public void Render_SameTemplateOnManyThreads_GivesTheSame()
    {
        var golden = ChatGolden.Read("real_templates.json");
        var template = new ChatTemplate((string)golden["templates"]!["Qwen/Qwen2.5-7B-Instruct"]!);
        var messages = golden["conversations"]!["tool_round"]!.ToJsonString();
        var expected = template.Render(TemplateMessage.ParseAll(messages));

        Parallel.For(0, 64, _ => Assert.Equal(expected, template.Render(TemplateMessage.ParseAll(messages))));
    }

    [Fact]
    public void RenderWithSpans_Generation_GivesPlacesInUtf16Units()
    {
        var template = new ChatTemplate("{% for m in messages %}🐳{% generation %}{{ m.content }}{% endgeneration %};{% endfor %}");

        var chat = template.RenderWithSpans([("assistant", "a🐳"), ("assistant", ""), ("assistant", "b")]);

        Assert.Equal("🐳a🐳;🐳;🐳b;", chat.Text);
        Assert.Equal([2..5, 8..8, 11..12], chat.Generations);
        Assert.True(template.HasGenerations);
        Assert.False(new ChatTemplate("generation").HasGenerations);
    }

    [Fact]
    public void RenderWithSpans_GenerationInAMacro_CountsAsTransformersDoes()
    {
        var template = new ChatTemplate("ab{% macro m() %}cd{% generation %}ef{% endgeneration %}{% endmacro %}{{ m() }}");

        Assert.Equal([2..4], template.RenderWithSpans([]).Generations);
    }

    [Fact]
    public void Render_Error_TellsLineAndColumn()
    {
        var template = new ChatTemplate("a\r\n{% if true %}\n  {{ 1 + 'x' }}{% endif %}");

        var error = Assert.Throws<ChatTemplateException>(() => template.Render([]));

        Assert.Equal((3, 8), (error.Line, error.Column));
        Assert.Equal("Chat template, line 3, column 8: The operator + does not work on values of the types int and str.", error.Message);
    }

    [Theory]
    [InlineData("{{ a }", 1, 6), InlineData("{% if a %}\n\n{% endfor %}", 3, 4), InlineData("x\n{{ 1|nope }}", 2, 6)]
    [InlineData("{% for a of b %}", 1, 10), InlineData("a{{ 'b }}", 1, 5), InlineData("{{ [1) }}", 1, 6), InlineData("{% foo %}", 1, 4)]
    [InlineData("{{ a.b.c.d }}{% break %}", 1, 17)]
    public void Parse_MalformedTemplate_TellsWhere(string template, int line, int column)
    {
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate(template));

        Assert.Equal((ChatTemplateErrorKind.Syntax, line, column), (error.Kind, error.Line, error.Column));
    }

    [Theory]
    [InlineData("{% include 'a' %}", "'include' is not supported"), InlineData("{% extends 'a' %}", "'extends' is not supported")]
    [InlineData("{% import 'a' as b %}", "'import' is not supported"), InlineData("{% from 'a' import b %}", "'from' is not supported")]
    [InlineData("{% autoescape true %}{% endautoescape %}", "'autoescape' is not supported")]
    [InlineData("{{ 1|pprint }}", "'pprint' is not supported"), InlineData("{{ 'a'|wordwrap(3) }}", "'wordwrap' is not supported")]
    [InlineData("{{ 'a'|urlize }}", "'urlize' is not supported"), InlineData("{{ 'a'.encode() }}", "'encode' is not supported")]
    [InlineData("{{ lipsum() }}", "'lipsum' is not supported"), InlineData(@"{{ '\N{DASH}' }}", @"\N{...} is not supported")]
    public void Render_UnsupportedPart_IsRefusedByName(string template, string message) =>
        Assert.Contains(message, Assert.Throws<ChatTemplateException>(() => new ChatTemplate(template).Render([])).Message);

    [Fact]
    public void Render_RaisedByTheTemplate_IsItsMessageAlone()
    {
        var template = new ChatTemplate("\n{{ raise_exception('Roles must alternate.') }}");

        var error = Assert.Throws<ChatTemplateException>(() => template.Render([]));

        Assert.Equal((ChatTemplateErrorKind.Raised, "Roles must alternate.", 2), (error.Kind, error.Message, error.Line));
    }

    [Fact]
    public void Render_Clock_IsThatOfTheTemplate() =>
        Assert.Equal("10 Jul 2025", new ChatTemplate("{{ strftime_now('%d %b %Y') }}", clock: ChatGolden.Clock).Render([]));

    [Fact]
    public void Render_Random_IsTheSameEachTime()
    {
        var template = new ChatTemplate("{% for i in range(20) %}{{ range(1000)|random }} {% endfor %}");

        Assert.Equal(template.Render([]), template.Render([]));
    }

    [Fact]
    public void Render_ContinuedMessage_EndsWithIt()
    {
        var template = new ChatTemplate("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>{% endfor %}");
        var options = new ChatTemplateOptions { ContinueFinalMessage = true };

        Assert.Equal("<user>Hi</><assistant>Well,", template.Render([("user", "Hi"), ("assistant", "Well, ")], options));
    }

    [Fact]
    public void Render_ContinuedField_IsThatOne()
    {
        var template = new ChatTemplate("{% for m in messages %}{{ m.reasoning_content }}|{{ m.content }}{% endfor %}");
        var options = new ChatTemplateOptions { ContinueFinalMessage = true, ContinuedField = "reasoning_content" };
        var message = new TemplateMessage("assistant", "x") { ["reasoning_content"] = "so " };

        Assert.Equal("so ", template.Render([message], options));
        Assert.Equal("so ", (string?)message["reasoning_content"]);
        Assert.Throws<ArgumentException>(() => template.Render([("assistant", "x")], options));
        Assert.Throws<ArgumentException>(() => new ChatTemplate("{{ messages }}").Render([message], options));
    }

    [Fact]
    public void Render_ContinuedParts_GoesOnWithTheLastText()
    {
        var template = new ChatTemplate("{% for m in messages %}{% for part in m.content %}[{{ part.text }}]{% endfor %}{% endfor %}");
        var options = new ChatTemplateOptions { ContinueFinalMessage = true };
        var message = TemplateMessage.ParseAll("""[{"role": "assistant", "content": [{"text": "a"}, {"text": "b"}, {"image": 1}]}]""");

        Assert.Equal("[a][b", template.Render(message, options));
    }

    [Fact]
    public void Render_ContinuedMessageThatTheTemplateDrops_IsAnError()
    {
        var options = new ChatTemplateOptions { ContinueFinalMessage = true };

        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate("content").Render([("assistant", "lost")], options));

        Assert.Contains("The message: lost", error.Message);
    }

    [Fact]
    public void Render_ContradictingOptions_AreRefused()
    {
        var template = new ChatTemplate("{{ messages[0].content }}");

        AssertRefused(Hello, new() { ContinueFinalMessage = true, AddGenerationPrompt = true });
        AssertRefused([], new() { ContinueFinalMessage = true });
        AssertRefused(Hello, new() { Variables = new JsonObject { ["messages"] = 1 } });
        AssertRefused(Hello, new() { Documents = ["text"] });
        AssertRefused(Hello, new() { Tools = [1] });

        void AssertRefused(TemplateMessage[] messages, ChatTemplateOptions options) =>
            Assert.Throws<ArgumentException>(() => template.Render(messages, options));
    }

    // System.Text.Json refuses to read such a text; Python does not.
    [Fact]
    public void Render_HalfSurrogatePair_IsAText()
    {
        var messages = TemplateMessage.ParseAll("""[{"role": "user", "content": "a\ud800\n\"\u00e9"}]""");

        Assert.Equal("a\ud800\n\"\u00e9", new ChatTemplate("{{ messages[0].content }}").Render(messages));
        Assert.Equal("a\ud800\n\"\u00e9", new ChatTemplate("{{ messages[0].content }}").Render(
            messages, new ChatTemplateOptions { ContinueFinalMessage = true }));
    }

    [Fact]
    public void Render_BytesThatAreNoText_AreReplaced()
    {
        byte[] json = [.. "{\"a\": \"x"u8, 0xF4, .. "y\\n\"}"u8];
        var options = new ChatTemplateOptions { Variables = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject() };

        Assert.Equal("x\uFFFDy\n", new ChatTemplate("{{ a }}").Render([], options));
    }

    [Theory, InlineData("""[{"role": "user", "role": "user"}]"""), InlineData("""[{"\ud800": 1}]""")]
    public void Render_NamesThatCannotBe_AreAnError(string messages)
    {
        var template = new ChatTemplate("content");
        var variables = (JsonObject)JsonNode.Parse(messages)![0]!.DeepClone();

        var error = Assert.Throws<ChatTemplateException>(() => template.Render(TemplateMessage.ParseAll(messages)));

        Assert.Equal(ChatTemplateErrorKind.Operation, error.Kind);
        Assert.Throws<ArgumentException>(() => template.Render([], new ChatTemplateOptions { Variables = variables }));
        Assert.Throws<ArgumentException>(() => template.Render(
            TemplateMessage.ParseAll(messages), new ChatTemplateOptions { ContinueFinalMessage = true }));
    }

    [Theory, InlineData("{"), InlineData("{}"), InlineData("[1]"), InlineData("null"), InlineData("")]
    public void ParseAll_NoListOfObjects_IsRefused(string json) => Assert.Throws<ArgumentException>(() => TemplateMessage.ParseAll(json));

    [Fact]
    public void Limits_NotPositive_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new ChatTemplate("", new ChatTemplateLimits { MaxSteps = 0 }));
        Assert.Throws<ArgumentException>(() => new ChatTemplate("", new ChatTemplateLimits { Timeout = TimeSpan.Zero }));
    }

    [Fact]
    public void Limits_ChangedAfterwards_DoNotAct()
    {
        var limits = new ChatTemplateLimits();
        var template = new ChatTemplate("{{ 1 }}{{ 2 }}", limits);
        limits.MaxSteps = -1;

        Assert.Equal("12", template.Render([]));
    }
}
