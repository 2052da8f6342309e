using System.Globalization;
using System.Numerics;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

/// <summary>How long documents are, in tokens: what the context length of a model is chosen by.</summary>
public sealed class DocumentLengths
{
    private readonly SortedDictionary<int, long> _documents; // length -> how many

    private DocumentLengths(SortedDictionary<int, long> documents)
    {
        _documents = documents;
        Count = documents.Values.Sum();
        Tokens = documents.Sum(length => length.Key * length.Value);
    }

    /// <summary>How many documents there are.</summary>
    public long Count { get; }

    /// <summary>Tokens of all documents together.</summary>
    public long Tokens { get; }

    /// <summary>Tokens of a document on average; 0 where there is none.</summary>
    public double Mean => Count == 0 ? 0 : (double)Tokens / Count;

    /// <summary>Half of the documents are not longer than this.</summary>
    public double Median => Percentile(50);

    /// <summary>Tokens of the longest document; 0 where there is none.</summary>
    public int Max => Count == 0 ? 0 : _documents.Keys.Last();

    /// <summary>The smallest power of two that 95 of 100 documents fit into: a context length to begin with.</summary>
    public int SuggestedContextLength => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, Math.Ceiling(Percentile(95))));

    /// <summary>Encodes documents one by one and counts their tokens.</summary>
    /// <param name="documents">The documents; only one is in memory at a time.</param>
    /// <param name="tokenizer">Any tokenizer.</param>
    /// <param name="cancellationToken">Stops the counting.</param>
    public static DocumentLengths Measure(
        IEnumerable<string> documents, Tokenizer tokenizer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var lengths = new SortedDictionary<int, long>();
        foreach (var document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = tokenizer.CountTokens(document);
            lengths[length] = lengths.GetValueOrDefault(length) + 1;
        }
        return new DocumentLengths(lengths);
    }

    /// <summary>
    /// The length that so many of 100 documents do not exceed, between two documents linearly, as NumPy's percentile does; 0 where there is
    /// no document.
    /// </summary>
    /// <param name="percent">From 0 (the shortest) to 100 (the longest).</param>
    public double Percentile(double percent)
    {
        if (percent is not (>= 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(percent), $"The percentile is {percent}, but must be from 0 to 100.");
        if (Count == 0)
            return 0;
        var rank = percent / 100 * (Count - 1);
        var (below, above) = (LengthAt((long)Math.Floor(rank)), LengthAt((long)Math.Ceiling(rank)));
        return below + (above - below) * (rank - Math.Floor(rank));
    }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} documents, {Tokens} tokens: mean {Mean:F1}, median {Median:F0}, "
        + $"p95 {Percentile(95):F0}, p99 {Percentile(99):F0}, max {Max}");

    private int LengthAt(long rank)
    {
        foreach (var (length, count) in _documents)
        {
            if (rank < count)
                return length;
            rank -= count;
        }
        return Max;
    }
}
