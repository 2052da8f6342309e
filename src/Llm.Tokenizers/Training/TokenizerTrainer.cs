namespace Llm.Tokenizers;

/// <summary>Learns a tokenizer from texts. What is learned depends on the texts and the options only.</summary>
/// <typeparam name="TTokenizer">The kind of tokenizer.</typeparam>
public abstract class TokenizerTrainer<TTokenizer>
    where TTokenizer : LlmTokenizer
{
    private protected TokenizerTrainer()
    {
    }

    /// <summary>Learns from texts; no token reaches from one text into the next.</summary>
    /// <exception cref="ArgumentException">The texts do not fit the options; the message says how.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public TTokenizer Train(
        IEnumerable<string> texts, IProgress<TokenizerTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using var counter = CreateCounter();
        var run = new TrainingRun(counter, progress, cancellationToken);
        foreach (var text in texts)
        {
            counter.Add(text);
            run.ReportReading();
        }
        return Learn(counter.Finish(), run);
    }

    /// <summary>Learns from UTF-8 texts that may be larger than memory; each stream is one text, read to its end and left open.</summary>
    /// <inheritdoc cref="Train(IEnumerable{string}, IProgress{TokenizerTrainingProgress}?, CancellationToken)"/>
    public TTokenizer Train(
        IEnumerable<Stream> utf8Texts, IProgress<TokenizerTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(utf8Texts);
        using var counter = CreateCounter();
        var run = new TrainingRun(counter, progress, cancellationToken);
        foreach (var text in utf8Texts)
        {
            foreach (var _ in counter.Add(text))
                run.ReportReading();
        }
        return Learn(counter.Finish(), run);
    }

    /// <summary>Learns from UTF-8 files; each is one text, read block by block without translation of line ends.</summary>
    /// <inheritdoc cref="Train(IEnumerable{string}, IProgress{TokenizerTrainingProgress}?, CancellationToken)"/>
    public TTokenizer TrainFromFiles(
        IEnumerable<string> paths, IProgress<TokenizerTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Train(Open(paths), progress, cancellationToken);

        static IEnumerable<Stream> Open(IEnumerable<string> paths)
        {
            foreach (var path in paths)
            {
                using var stream = File.OpenRead(path);
                yield return stream;
            }
        }
    }

    /// <summary>What cuts texts into the pieces that are counted.</summary>
    private protected abstract TextCounter CreateCounter();

    /// <summary>Learns from counted pieces.</summary>
    private protected abstract TTokenizer Learn(PieceCounts counts, TrainingRun run);
}
