using Llm.HuggingFace;
using Llm.Sampling;
using Llm.Tokenizers;

namespace Llm.Cli;

/// <summary>Generates with a model: text to text where it has a tokenizer, ids to ids where it has none.</summary>
internal sealed class Generation
{
    private readonly PretrainedModel _pretrained;
    private readonly GenerationOptions _defaults;
    private readonly TokenGenerator _tokens;
    private readonly TextGenerator? _texts;
    private readonly TokenScorer _scorer;

    public Generation(PretrainedModel pretrained)
    {
        _pretrained = pretrained;
        _defaults = GenerationOptions.From(pretrained.Generation);
        _tokens = new TokenGenerator(pretrained.Model, _defaults);
        _texts = pretrained.HasTokenizer ? new TextGenerator(pretrained.Model, pretrained.Tokenizer, _defaults) : null;
        _scorer = new TokenScorer(pretrained.Model);
    }

    /// <summary>The answer to a request.</summary>
    public GenerationAnswer Answer(GenerationRequest request, CancellationToken cancellationToken)
    {
        var results = Seeds(request).Select(options => Generate(request.Prompt, options, cancellationToken)).ToList();
        var sequences = results.Select(result => new GeneratedSequence(
            result.Ids,
            _texts is null ? null : result.Text,
            NameOf(result.FinishReason),
            request.LogProbabilities ? LogProbabilities(request, result.Ids, cancellationToken) : null)).ToList();
        var usage = UsageAnswer.Of(results[0].Usage.PromptTokens, results.Sum(result => result.Usage.GeneratedTokens));
        return new GenerationAnswer(sequences, usage);
    }

    /// <summary>The texts of a request, each in pieces as they are generated.</summary>
    public IEnumerable<IEnumerable<string>> Stream(GenerationRequest request, CancellationToken cancellationToken)
    {
        // Where there is no tokenizer, asking for it says what to do.
        var texts = _texts ?? new TextGenerator(_pretrained.Model, _pretrained.Tokenizer, _defaults);
        return Seeds(request).Select(options => texts.Stream(request.Prompt, options, cancellationToken).Select(update => update.Text));
    }

    private GenerationResult Generate(Prompt prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        if (_texts is not null)
            return _texts.Generate(prompt, options, cancellationToken);
        var ids = prompt.Ids ?? _pretrained.Tokenizer.Encode(prompt.Text); // throws: there is none
        if (options is not { AllowSpecialTokens: null, SkipSpecialTokens: null, TrimStopStrings: null })
        {
            throw new ArgumentException(
                "allow_special, skip_special_tokens and trim_stop_strings are about text, and the model has no tokenizer. "
                + "Give one with --tokenizer.");
        }
        var tokens = _tokens.Generate(ids, options, cancellationToken).ToList();
        var usage = new TokenUsage(Math.Max(1, ids.Count), tokens.Count);
        return new GenerationResult("", [.. tokens.Select(token => token.Id)], tokens[^1].FinishReason!.Value, usage);
    }

    // Several texts from one prompt have seeds that count up.
    private IEnumerable<GenerationOptions> Seeds(GenerationRequest request)
    {
        if (request.SequenceCount < 1)
            throw new ArgumentException($"num_return_sequences must be at least 1, but is {request.SequenceCount}.");
        var options = request.Options.WithDefaults(_defaults);
        if (request.SequenceCount > 1 && options is not { DoSample: true, Temperature: not 0 })
        {
            throw new ArgumentException(
                $"Without do_sample, all {request.SequenceCount} texts would be the same. "
                + "Set do_sample, or leave num_return_sequences at 1.");
        }
        var first = options.Seed ?? Random.Shared.NextInt64(long.MaxValue - request.SequenceCount);
        return Enumerable.Range(0, request.SequenceCount)
            .Select(number => new GenerationOptions { Seed = unchecked(first + number) }.WithDefaults(request.Options));
    }

    private IReadOnlyList<float> LogProbabilities(
        GenerationRequest request, IReadOnlyList<int> generated, CancellationToken cancellationToken)
    {
        var prompt = PromptIds(request);
        return [.. _scorer.Score([.. prompt, .. generated], cancellationToken).LogProbabilities.Skip(prompt.Count - 1)];
    }

    private IReadOnlyList<int> PromptIds(GenerationRequest request)
    {
        var options = request.Options.WithDefaults(_defaults);
        var policy = options.AllowSpecialTokens is true ? SpecialTokenPolicy.Allow : SpecialTokenPolicy.AsText;
        var ids = request.Prompt.Ids ?? _pretrained.Tokenizer.Encode(request.Prompt.Text, policy);
        return ids.Count > 0 ? ids : [options.StartToken ?? _pretrained.Tokenizer.EndOfTextId!.Value];
    }

    private static string NameOf(FinishReason reason) => reason switch
    {
        FinishReason.Length => "length",
        FinishReason.StopToken => "eos",
        FinishReason.StopString => "stop",
        FinishReason.ContextFull => "context_full",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Unknown reason."),
    };
}
