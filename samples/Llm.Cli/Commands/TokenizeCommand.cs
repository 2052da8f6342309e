using System.CommandLine;
using Llm.Tokenizers;

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
            var options = new EncodingOptions
            {
                AddSpecialTokens = parsed.GetValue(addSpecial),
                SpecialTokens = parsed.GetValue(allowSpecial) ? SpecialTokenPolicy.Allow : SpecialTokenPolicy.AsText,
            };
            if (mode.IsLines(parsed))
                return JsonMode.AnswerLines(terminal, line => AnswerLine(loaded, line, options), cancellation);
            var tokens = loaded.EncodeForModel(parsed.GetValue(text) ?? terminal.Input.ReadToEnd(), options);
            if (mode.IsJson(parsed))
                terminal.Output.WriteLine(JsonText.Of(Answer.To(tokens, options.AddSpecialTokens)));
            else
                Print(tokens, terminal.Output);
            return CommandLine.Success;
        });
        return command;
    }

    private static Answer AnswerLine(LlmTokenizer tokenizer, string line, EncodingOptions options)
    {
        var request = JsonRequest.Parse(line, ["text", "pair"]);
        var text = request.GetText("text");
        return request.Has("pair")
            ? Answer.To(tokenizer.EncodeForModel((text, request.GetText("pair")), options), marks: options.AddSpecialTokens, isPair: true)
            : Answer.To(tokenizer.EncodeForModel(text, options), options.AddSpecialTokens);
    }

    private static void Print(TokenEncoding tokens, TextWriter output)
    {
        for (var i = 0; i < tokens.Ids.Length; i++)
            output.WriteLine($"{tokens.Ids[i],8}  {tokens.Offsets[i].Start,6}..{tokens.Offsets[i].End,-6}  {tokens.Tokens[i]}");
    }

    private sealed record Answer(
        IEnumerable<int> Ids,
        IEnumerable<string> Tokens,
        IEnumerable<int[]> Offsets,
        IEnumerable<int>? SpecialTokensMask,
        IEnumerable<int>? TypeIds)
    {
        public static Answer To(TokenEncoding encoding, bool marks, bool isPair = false) => new(
            encoding.Ids,
            encoding.Tokens,
            encoding.Offsets.Select(place => new[] { place.Start.Value, place.End.Value }),
            marks ? encoding.SpecialTokensMask : null,
            marks || isPair ? encoding.TypeIds : null);
    }
}
