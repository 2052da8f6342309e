using System.CommandLine;
using System.Globalization;
using Llm.Tokenizers;

namespace Llm.Cli;

/// <summary>Messages to the text, and the token ids, of a chat.</summary>
internal static class ChatTemplateCommand
{
    public static Command Create(Terminal terminal)
    {
        var template = new Option<string?>("--template") { Description = "A file with a chat template, in place of a tokenizer's own." };
        var now = new Option<DateTimeOffset?>("--now")
        {
            Description = "The time that the template sees, in ISO 8601. Default: the clock's.",
            CustomParser = result => ParseTime(result),
        };
        var tokenizer = new TokenizerSource(required: false, "Give it or --template. With it, the ids are answered as well.");
        var mode = new JsonMode();
        var command = new Command("chat-template", """Turns {"messages": [...]} a line into the text that a model expects.""")
        {
            template,
            now,
        };
        tokenizer.AddTo(command);
        mode.AddTo(command);
        command.Validators.Add(result =>
        {
            if (tokenizer.IsGiven(result) == result.GetResult(template) is { Implicit: false })
                result.AddError("Give either --tokenizer or --template.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            var clock = parsed.GetValue(now) is { } time ? new StoppedClock(time) : TimeProvider.System;
            var source = tokenizer.Find(parsed);
            var given = parsed.GetValue(template) is { } file ? new ChatTemplate(File.ReadAllText(file), clock: clock) : null;
            return mode.Answer(parsed, terminal, line => Answer(ChatRequest.Parse(line), source, given, clock, cancellation), cancellation);
        });
        return command;
    }

    private static ChatAnswer Answer(
        ChatRequest request, LlmTokenizer? tokenizer, ChatTemplate? template, TimeProvider clock, CancellationToken cancellation)
    {
        if (tokenizer is null)
            return new ChatAnswer(template!.Render(request.Messages, request.Options, cancellation));
        var own = tokenizer.GetChatTemplate(request.Options);
        if (clock != TimeProvider.System)
            request.Options.Template = new ChatTemplate(own.Source, clock: clock);
        var rendered = tokenizer.RenderChat(request.Messages, request.Options, cancellation);
        var encoded = tokenizer.EncodeChat(rendered);
        int[]? mask = own.HasGenerations ? [.. encoded.AssistantMask.Select(isOurs => isOurs ? 1 : 0)] : null;
        return new ChatAnswer(rendered.Text, encoded.Ids, mask);
    }

    private static DateTimeOffset? ParseTime(System.CommandLine.Parsing.ArgumentResult result)
    {
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal;
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, Style, out var time))
            return time;
        result.AddError($"--now must be a time such as 2025-07-10T12:00:00, not '{result.Tokens[0].Value}'.");
        return null;
    }

    private sealed record ChatAnswer(string Text, IReadOnlyList<int>? Ids = null, IReadOnlyList<int>? AssistantMask = null);

    // The time is shown as it is written, whatever the zone of the machine.
    private sealed class StoppedClock(DateTimeOffset time) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("given", time.Offset, "given", "given");

        public override DateTimeOffset GetUtcNow() => time.ToUniversalTime();
    }
}
