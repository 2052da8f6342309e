namespace Llm.Training;

/// <summary>A window: inputs, and as targets the same ids one place further on.</summary>
internal static class Windows
{
    public static void Check(TokenData data, int batchSize, int contextLength)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(contextLength);
        if (data.Length <= contextLength)
        {
            throw new ArgumentException(
                $"The data has {data.Length} ids, but one window takes {contextLength + 1L}: {contextLength} to read "
                + $"and one more to predict. Give a longer text, or a context of at most {data.Length - 1}.", nameof(data));
        }
    }

    /// <summary>Fills a row; what lies beyond the end of the data becomes id 0 that does not count.</summary>
    public static void Fill(Batch batch, int row, TokenData data, long start)
    {
        var inputs = Batch.Row(batch.Inputs, row);
        var targets = Batch.Row(batch.Targets, row);
        var count = (int)Math.Min(inputs.Length, data.Length - 1 - start);
        data.CopyTo(start, inputs[..count]);
        data.CopyTo(start + 1, targets[..count]);
        inputs[count..].Clear();
        targets[count..].Fill(Batch.Ignored);
    }
}
