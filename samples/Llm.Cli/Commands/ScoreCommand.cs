using System.CommandLine;
using Llm.Sampling;

namespace Llm.Cli;

/// <summary>How likely a model finds texts.</summary>
internal static class ScoreCommand
{
    private static readonly string[] Fields = ["text", "ids"];

    public static Command Create(Terminal terminal)
    {
        var (model, tokenizer, mode) = (new ModelSource(), new TokenizerSource(required: false), new JsonMode());
        const string Description = "Log-probabilities of {\"text\"} or {\"ids\"} a line: of each token after those before it.";
        var command = new Command("score", Description);
        model.AddTo(command);
        tokenizer.AddTo(command);
        mode.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            using var pretrained = model.Load(parsed, terminal, tokenizer.Find(parsed));
            var scorer = new TokenScorer(pretrained.Model);
            return mode.Answer(parsed, terminal, line =>
            {
                var request = JsonRequest.Parse(line, Fields);
                var ids = request.OneOf("text", "ids") == "ids" ? request.GetIds() : pretrained.Tokenizer.Encode(request.GetText("text"));
                var scores = scorer.Score(ids, cancellation);
                return new Answer(scores.LogProbabilities, scores.Loss, scores.Perplexity);
            }, cancellation);
        });
        return command;
    }

    private sealed record Answer(IReadOnlyList<float> Logprobs, double Loss, double Perplexity);
}
