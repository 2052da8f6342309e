using System.CommandLine;
using Llm.Tokenizers;

namespace Llm.Cli;

/// <summary>The options that say what kind of tokenizer is learned and how.</summary>
internal sealed class TokenizerLearning
{
    private static readonly string[] Kinds = ["bpe", "wordpiece", "unigram", "char", "word"];

    private readonly Option<int> _vocabSize = new("--vocab-size")
    {
        Description = "Tokens to end up with, special ones included.",
        Required = true,
    };
    private readonly Option<string?> _kind = new("--kind") { Description = $"{string.Join(", ", Kinds)}. Default: bpe." };
    private readonly Option<string?> _pattern = new("--pattern")
    {
        Description = "How bpe cuts texts: gpt2 (default), cl100k, o200k, or a regular expression.",
    };
    private readonly Option<string[]> _special = new("--special")
    {
        Description = "A special token; may be given several times. Default: those usual for the kind.",
    };
    private readonly Option<int?> _minFrequency = new("--min-frequency")
    {
        Description = "Learn nothing that occurs less often. Default: 2, and 1 for char and word.",
    };
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads; the result is always the same. Default: all." };

    public void AddTo(Command command)
    {
        _kind.AcceptOnlyFromAmong(Kinds);
        foreach (var option in (Option[])[_vocabSize, _kind, _pattern, _special, _minFrequency, _threads])
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_pattern) is not null && result.GetValue(_kind) is not (null or "bpe"))
                result.AddError("--pattern is for --kind bpe: other kinds cut texts in their own way.");
        });
    }

    public LlmTokenizer Learn(
        ParseResult parsed, string[] paths, IProgress<TokenizerTrainingProgress> progress, CancellationToken cancellationToken)
    {
        return parsed.GetValue(_kind) switch
        {
            "wordpiece" => new WordPieceTrainer(Set(new WordPieceTrainerOptions())).TrainFromFiles(paths, progress, cancellationToken),
            "unigram" => new UnigramTrainer(Set(new UnigramTrainerOptions())).TrainFromFiles(paths, progress, cancellationToken),
            "char" => new CharTrainer(Set(new CharTrainerOptions())).TrainFromFiles(paths, progress, cancellationToken),
            "word" => new WordTrainer(Set(new WordTrainerOptions())).TrainFromFiles(paths, progress, cancellationToken),
            _ => new BpeTrainer(Set(new BpeTrainerOptions { Pattern = Pattern() })).TrainFromFiles(paths, progress, cancellationToken),
        };

        SplitPattern Pattern() => parsed.GetValue(_pattern) switch
        {
            null or "gpt2" => SplitPattern.Gpt2,
            "cl100k" => SplitPattern.Cl100k,
            "o200k" => SplitPattern.O200k,
            var regex => SplitPattern.FromRegex(regex),
        };

        TOptions Set<TOptions>(TOptions options)
            where TOptions : TokenizerTrainerOptions
        {
            options.VocabSize = parsed.GetValue(_vocabSize);
            if (parsed.GetValue(_special) is { Length: > 0 } special)
                options.SpecialTokens = special;
            options.MinFrequency = parsed.GetValue(_minFrequency) ?? options.MinFrequency;
            options.Threads = parsed.GetValue(_threads) ?? options.Threads;
            return options;
        }
    }
}
