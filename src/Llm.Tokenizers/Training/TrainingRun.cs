namespace Llm.Tokenizers;

/// <summary>One call of a trainer: whom it tells how far it is, and who may stop it.</summary>
internal sealed class TrainingRun(
    TextCounter counter, IProgress<TokenizerTrainingProgress>? progress, CancellationToken cancellationToken)
{
    private const int BytesBetweenReports = 1 << 20;

    private long _reported = -BytesBetweenReports;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Tells how much is read, unless it was told just now.</summary>
    public void ReportReading()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (counter.BytesRead - _reported < BytesBetweenReports)
            return;
        _reported = counter.BytesRead;
        progress?.Report(new TokenizerTrainingProgress(_reported, 0, 0));
    }

    /// <summary>Tells how much is learned.</summary>
    public void ReportLearning(int learned, int wanted)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new TokenizerTrainingProgress(counter.BytesRead, learned, wanted));
    }
}
