using System.CommandLine;
using Llm.Tokenizers;
using Microsoft.ML.Tokenizers;

namespace Llm.Cli;

/// <summary>Text to token ids, with each token's form and place.</summary>
internal static class TokenizeCommand
{
    public static Command Create(Terminal terminal)
    {
        var text = new Argument<string?>("TEXT")
        {
            Description = "The text. Default: all of standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var addSpecial = new Option<bool>("--add-special-tokens")
        {
            Description = "Add what the tokenizer puts around a text, and mark it in special_tokens_mask.",
        };
        var allowSpecial = new Option<bool>("--allow-special")
        {
            Description = "Take special tokens in the text as such rather than as plain text.",
        };
        var (tokenizer, mode) = (new TokenizerSource(required: true), new JsonMode());
        var command = new Command("tokenize", "Turns text into token ids.") { text, addSpecial, allowSpecial };
        tokenizer.AddTo(command);
        mode.AddTo(command);
        command.Validators.Add(result =>
        {
            if (mode.IsLines(result) && result.GetResult(text) is { Implicit: false, Tokens.Count: > 0 })
                result.AddError("--jsonl reads the texts from standard input: give no TEXT.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            var loaded = tokenizer.Load(parsed);
            var policy = parsed.GetValue(allowSpecial) ? SpecialTokenPolicy.Allow : SpecialTokenPolicy.AsText;
            var marks = parsed.GetValue(addSpecial);
            if (mode.IsLines(parsed))
                return JsonMode.AnswerLines(terminal, line => Answer.To(loaded.EncodeToTokens(Read(line), policy), marks), cancellation);
            var tokens = loaded.EncodeToTokens(parsed.GetValue(text) ?? terminal.Input.ReadToEnd(), policy);
            if (mode.IsJson(parsed))
                terminal.Output.WriteLine(JsonText.Of(Answer.To(tokens, marks)));
            else
                Print(tokens, terminal.Output);
            return CommandLine.Success;
        });
        return command;
    }

    private static string Read(string line) => JsonRequest
        .Parse(line, ["text"], ("pair", "This tokenizer does not encode pairs of texts. Leave 'pair' out."))
        .GetText("text");

    private static void Print(IReadOnlyList<EncodedToken> tokens, TextWriter output)
    {
        foreach (var token in tokens)
            output.WriteLine($"{token.Id,8}  {token.Offset.Start,6}..{token.Offset.End,-6}  {token.Value}");
    }

    private sealed record Answer(
        IEnumerable<int> Ids, IEnumerable<string> Tokens, IEnumerable<int[]> Offsets, IEnumerable<int>? SpecialTokensMask)
    {
        // The tokenizers that Llm.Tokenizers opens today put nothing around a text, so nothing is marked.
        public static Answer To(IReadOnlyList<EncodedToken> tokens, bool marksAdded) => new(
            tokens.Select(token => token.Id),
            tokens.Select(token => token.Value),
            tokens.Select(token => new[] { token.Offset.Start.Value, token.Offset.End.Value }),
            marksAdded ? tokens.Select(_ => 0) : null);
    }
}
