using System.CommandLine;

namespace Llm.Cli;

/// <summary>Token ids to text.</summary>
internal static class DetokenizeCommand
{
    public static Command Create(Terminal terminal)
    {
        var skipSpecial = new Option<bool>("--skip-special-tokens") { Description = "Leave special tokens out of the text." };
        var (tokenizer, mode) = (new TokenizerSource(required: true), new JsonMode());
        var command = new Command("detokenize", "Turns token ids, {\"ids\": [...]} a line, into text.") { skipSpecial };
        tokenizer.AddTo(command);
        mode.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var loaded = tokenizer.Load(parsed);
            var skips = parsed.GetValue(skipSpecial);
            return mode.Answer(
                parsed, terminal, line => new Answer(loaded.Decode(JsonRequest.Parse(line, ["ids"]).GetIds(), skips)), cancellation);
        });
        return command;
    }

    private sealed record Answer(string Text);
}
