namespace Llm.Training;

/// <summary>
/// Windows that follow one another, so that an epoch predicts every id but the very first
/// exactly once; for evaluation and for epochs in order.
/// </summary>
/// <remarks>
/// Nothing is dropped: the last window is filled up with positions that do not count, and the last batch of an epoch has the rows that are
/// left. A source that numbers its batches on beyond an epoch begins again at the start of the data.
/// </remarks>
public sealed class SequentialWindows : IBatchSource
{
    private readonly TokenData _data;
    private readonly int _batchSize;
    private readonly int _contextLength;
    private readonly long _windows;

    /// <summary>Cuts the data into windows of <paramref name="contextLength"/> inputs and as many targets.</summary>
    /// <param name="data">The ids; they must stay open.</param>
    /// <param name="batchSize">Rows, B.</param>
    /// <param name="contextLength">Tokens in a row, T.</param>
    /// <exception cref="ArgumentException">The data does not hold one window.</exception>
    public SequentialWindows(TokenData data, int batchSize, int contextLength)
    {
        Windows.Check(data, batchSize, contextLength);
        (_data, _batchSize, _contextLength) = (data, batchSize, contextLength);
        _windows = (data.Length - 2) / contextLength + 1; // of the Length - 1 predictions, rounded up
    }

    /// <inheritdoc/>
    public long? BatchesPerEpoch => (_windows - 1) / _batchSize + 1;

    /// <inheritdoc/>
    public string Identity => $"sequential windows: {_data.Length} ids, {_batchSize} x {_contextLength}";

    /// <inheritdoc/>
    public Batch Get(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var first = number % BatchesPerEpoch!.Value * _batchSize;
        var rows = (int)Math.Min(_batchSize, _windows - first);
        var batch = Batch.Empty(rows, _contextLength); // (B, T)
        for (var row = 0; row < rows; row++)
            Windows.Fill(batch, row, _data, (first + row) * _contextLength);
        return batch;
    }
}
