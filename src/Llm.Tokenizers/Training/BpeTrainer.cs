using System.Runtime.InteropServices;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Learns a byte-level BPE vocabulary: the most frequent pair of neighbours becomes a token, again and again (Sennrich et al. 2016). The
/// result
/// depends on the text and the options only. 32,000 tokens of 16 MB of English take about one second on one core.
/// </summary>
public sealed class BpeTrainer
{
    private readonly BpeTrainerOptions _options;

    /// <summary>A trainer with the given options.</summary>
    /// <exception cref="ArgumentException">The options do not make sense together.</exception>
    public BpeTrainer(BpeTrainerOptions? options = null)
    {
        _options = options ?? new BpeTrainerOptions();
        _options.Validate();
    }

    /// <summary>Learns from texts; no piece reaches from one text into the next.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ByteLevelBpeTokenizer Train(
        IEnumerable<string> texts, IProgress<BpeTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var reader = new PieceReader(_options.Pattern);
        foreach (var text in texts)
        {
            reader.Add(text);
            cancellationToken.ThrowIfCancellationRequested();
        }
        return Learn(reader, progress, cancellationToken);
    }

    /// <summary>Learns from UTF-8 texts that may be larger than memory; each stream is one text, read to its end and left open.</summary>
    /// <inheritdoc cref="Train(IEnumerable{string}, IProgress{BpeTrainingProgress}?, CancellationToken)"/>
    public ByteLevelBpeTokenizer Train(
        IEnumerable<Stream> utf8Texts, IProgress<BpeTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(utf8Texts);
        var reader = new PieceReader(_options.Pattern);
        foreach (var text in utf8Texts)
        {
            foreach (var bytesRead in reader.Add(text))
            {
                progress?.Report(new BpeTrainingProgress(bytesRead, 0, MergesWanted));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        return Learn(reader, progress, cancellationToken);
    }

    /// <summary>Learns from UTF-8 files; each is one text, read block by block without translation of line ends.</summary>
    /// <inheritdoc cref="Train(IEnumerable{string}, IProgress{BpeTrainingProgress}?, CancellationToken)"/>
    public ByteLevelBpeTokenizer TrainFromFiles(
        IEnumerable<string> paths, IProgress<BpeTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
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

    private int MergesWanted => _options.VocabSize - 256 - _options.SpecialTokens.Count;

    private ByteLevelBpeTokenizer Learn(PieceReader reader, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var isHuggingFace = _options.Rule == BpeTrainingRule.HuggingFace;
        var firstByteId = isHuggingFace ? _options.SpecialTokens.Count : 0;
        var byteIds = new int[256];
        var order = isHuggingFace ? ByteSymbols.InSymbolOrder : [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        for (var i = 0; i < order.Length; i++)
            byteIds[order[i]] = firstByteId + i;

        var tokens = new List<byte[]?>();
        for (var id = 0; id < firstByteId + 256; id++)
            tokens.Add(id < firstByteId ? null : [order[id - firstByteId]]);
        var merges = LearnMerges(reader, byteIds, tokens, progress, cancellationToken);
        var firstSpecialId = isHuggingFace ? 0 : 256 + merges.Count;
        AddedToken[] special = [.. _options.SpecialTokens.Select((content, i) => new AddedToken(content, firstSpecialId + i))];
        var config = new ByteLevelBpeConfig { Pattern = _options.Pattern, AddedTokens = special };
        return new ByteLevelBpeTokenizer(new BpeVocabulary(new TokenBytes(CollectionsMarshal.AsSpan(tokens)), [.. merges], special), config);
    }

    private List<BpeMerge> LearnMerges(
        PieceReader reader, int[] byteIds, List<byte[]?> tokens, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var merges = new List<BpeMerge>(MergesWanted);
        var learner = new MergeLearner(reader.Counts, byteIds, tiesByPlace: _options.Rule == BpeTrainingRule.Minbpe);
        var spelled = _options.SpecialTokens.Select(Encoding.UTF8.GetBytes).Select(Convert.ToHexString).ToHashSet();
        while (merges.Count < MergesWanted && learner.TryTake(_options.MinFrequency, out var pair))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (left, right) = learner.IdsOf(pair);
            byte[] bytes = [.. tokens[left]!, .. tokens[right]!];
            if (!spelled.Add(Convert.ToHexString(bytes)))
                continue; // a token of this spelling exists, a special one for example
            var id = tokens.Count;
            learner.Merge(pair, id);
            tokens.Add(bytes);
            merges.Add(new BpeMerge(left, right, id));
            if (merges.Count % 256 == 0 || merges.Count == MergesWanted)
                progress?.Report(new BpeTrainingProgress(reader.BytesRead, merges.Count, MergesWanted));
        }
        return merges;
    }
}
