using Llm.Testing;

namespace Llm.Cli.Tests;

public sealed class ChatTemplateCommandTests : IDisposable
{
    private const string Template =
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void JsonLines_TemplateFile_GivesTheTextAlone()
    {
        var input = """
            {"messages":[{"role":"user","content":"Hi é"}]}
            {"messages":[{"role":"user","content":"Hi"}],"add_generation_prompt":true}
            {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"So,"}],"continue_final_message":true}
            """;

        var result = Cli.RunWithInput(input, "chat-template", "--template", Write(Template), "--jsonl").Success();

        Assert.Equal(
            ["""{"text":"<user>Hi é"}""", """{"text":"<user>Hi<assistant>"}""", """{"text":"<user>Hi<assistant>So,"}"""],
            result.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void JsonLines_Tokenizer_GivesIdsAndTheMaskOfATemplateThatMarks()
    {
        var folder = CopyTokenizer("{{ bos_token }}{{ messages[0].content }}{% generation %}ok{% endgeneration %}");

        var input = """{"messages":[{"role":"user","content":"a"}]}""";

        var answer = Cli.RunWithInput(input, "chat-template", "--tokenizer", folder).Success().Json;

        Assert.Equal("<s>aok", answer.GetProperty("text").GetString());
        Assert.Equal(0, answer.GetProperty("ids").Ids()[0]);
        Assert.Equal("[0,0,1,1]", answer.GetProperty("assistant_mask").Compact());
        Assert.Equal(4, answer.GetProperty("ids").GetArrayLength());
    }

    [Fact]
    public void JsonLines_TemplateThatDoesNotMark_GivesNoMask()
    {
        var answer = Cli.RunWithInput("""{"messages":[]}""", "chat-template", "--tokenizer", CopyTokenizer("<|im_start|>")).Success().Json;

        Assert.Equal(["text", "ids"], answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal("[4]", answer.GetProperty("ids").Compact());
    }

    [Fact]
    public void Json_OtherFields_AreVariables()
    {
        var file = Write("{{ tools|length }}{{ documents[0].text }}{{ shout }}{{ n + 1 }}{{ missing is defined }}");
        var input = """{"messages":[],"tools":[{"a":1}],"documents":[{"text":"t"}],"shout":true,"n":1.5}""";

        var answer = Cli.RunWithInput(input, "chat-template", "--template", file, "--json").Success().Json;

        Assert.Equal("1tTrue2.5False", answer.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("2025-07-10T12:00:00", "2025-07-10 12:00"), InlineData("2025-07-10T12:00:00Z", "2025-07-10 12:00")]
    [InlineData("2025-07-10T23:30:00+09:00", "2025-07-10 23:30"), InlineData("2025-07-10", "2025-07-10 00:00")]
    public void Now_ATime_IsWhatTheTemplateSees(string now, string expected)
    {
        const string Clock = "{{ strftime_now('%Y-%m-%d %H:%M') }}";
        const string Input = """{"messages":[]}""";

        var ofFile = Cli.RunWithInput(Input, "chat-template", "--template", Write(Clock), "--now", now).Success().Json;
        var ofTokenizer = Cli.RunWithInput(Input, "chat-template", "--tokenizer", CopyTokenizer(Clock), "--now", now).Success().Json;

        Assert.Equal(expected, ofFile.GetProperty("text").GetString());
        Assert.Equal(expected, ofTokenizer.GetProperty("text").GetString());
    }

    [Fact]
    public void JsonLines_BadLines_AreAnsweredAndTheRestGoesOn()
    {
        var file = Write(
            "{% if messages[0].role != 'user' %}{{ raise_exception('Roles must alternate.') }}{% endif %}"
            + "{{ messages[0].content + '!' }}");
        var input = """
            nonsense
            [1]
            {}
            {"messages":5}
            {"messages":[5]}
            {"messages":[],"tools":{}}
            {"messages":[],"add_generation_prompt":1}
            {"messages":[{"role":"assistant","content":"x"}]}
            {"messages":[{"role":"user","content":null}]}
            {"messages":[{"role":"user","content":"x"}],"add_generation_prompt":true,"continue_final_message":true}
            {"messages":[{"role":"user","content":"x"}]}
            """;

        var result = Cli.RunWithInput(input, "chat-template", "--template", file, "--jsonl");

        Assert.Equal(1, result.Code);
        Assert.Equal(11, result.Lines.Length);
        Assert.All(result.Lines[..^1], line => Assert.Equal("error", Assert.Single(line.EnumerateObject()).Name));
        Assert.Equal("'messages' is missing: give a list of messages.", result.Lines[2].GetProperty("error").GetString());
        Assert.Equal("Roles must alternate.", result.Lines[7].GetProperty("error").GetString());
        Assert.StartsWith("Chat template, line 1, column", result.Lines[8].GetProperty("error").GetString());
        Assert.Equal("x!", result.Lines[10].GetProperty("text").GetString());
    }

    [Fact]
    public void Template_Malformed_FailsBeforeAnyLine()
    {
        var result = Cli.RunWithInput("""{"messages":[]}""", "chat-template", "--template", Write("{% if %}"));

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.StartsWith("error: Chat template, line 1, column 7: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokenizer_WithoutTemplate_SaysSo()
    {
        var result = Cli.RunWithInput("""{"messages":[]}""", "chat-template", "--tokenizer", "gpt2");

        Assert.Equal(
            "The tokenizer has no chat template. Give one: ChatTemplateOptions.Template.", result.Json.GetProperty("error").GetString());
    }

    private string Write(string template)
    {
        File.WriteAllText(_folder.Combine("template.jinja"), template);
        return _folder.Combine("template.jinja");
    }

    private string CopyTokenizer(string template)
    {
        foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json"])
            File.Copy(TestData.Golden("chat", "tokenizer", file), _folder.Combine(file), overwrite: true);
        File.WriteAllText(_folder.Combine("chat_template.jinja"), template);
        return _folder.Path;
    }
}
