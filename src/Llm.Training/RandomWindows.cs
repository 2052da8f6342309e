namespace Llm.Training;

/// <summary>Windows that begin anywhere in the data, drawn with replacement: nanoGPT's get_batch.</summary>
/// <remarks>
/// The places are a function of the seed, the number of the batch and the row (SplitMix64; Steele, Lea and Flood, 2014), not of the
/// batches drawn before.
/// </remarks>
public sealed class RandomWindows : IBatchSource
{
    private readonly TokenData _data;
    private readonly int _batchSize;
    private readonly int _contextLength;
    private readonly long _seed;

    /// <summary>Draws windows of <paramref name="contextLength"/> inputs and as many targets.</summary>
    /// <param name="data">The ids; they must stay open.</param>
    /// <param name="batchSize">Rows, B.</param>
    /// <param name="contextLength">Tokens in a row, T.</param>
    /// <param name="seed">Decides which windows are drawn. The default is 1337.</param>
    /// <exception cref="ArgumentException">The data does not hold one window.</exception>
    public RandomWindows(TokenData data, int batchSize, int contextLength, long seed = 1337)
    {
        Windows.Check(data, batchSize, contextLength);
        (_data, _batchSize, _contextLength, _seed) = (data, batchSize, contextLength, seed);
    }

    /// <inheritdoc/>
    public long? BatchesPerEpoch => null;

    /// <inheritdoc/>
    public string Identity => $"random windows: {_data.Length} ids, {_batchSize} x {_contextLength}, seed {_seed}";

    /// <inheritdoc/>
    public Batch Get(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var batch = Batch.Empty(_batchSize, _contextLength); // (B, T)
        for (var row = 0; row < _batchSize; row++)
            Windows.Fill(batch, row, _data, Start(number, row));
        return batch;
    }

    // The upper half of a 64 by 64 bit product is uniform enough: with fewer than 2^40 places, off by less than one in 2^24.
    private long Start(long number, int row)
    {
        var places = _data.Length - _contextLength;
        var random = Mix(Mix((ulong)_seed) ^ (ulong)(number * _batchSize + row));
        return (long)Math.BigMul(random, (ulong)places, out _);
    }

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
