using System.Runtime.InteropServices;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Learns a byte-level BPE vocabulary: the most frequent pair of neighbours becomes a token, again and again (Sennrich et al. 2016).
/// </summary>
/// <param name="options">How it learns.</param>
/// <exception cref="ArgumentException">The options do not make sense together.</exception>
public sealed class BpeTrainer(BpeTrainerOptions? options = null) : TokenizerTrainer<ByteLevelBpeTokenizer>
{
    private readonly BpeTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new BpeTrainerOptions());

    private protected override TextCounter CreateCounter() => new PieceReader(_options.Pattern, _options.Threads);

    private protected override ByteLevelBpeTokenizer Learn(PieceCounts counts, TrainingRun run)
    {
        var bytes = ChooseBytes(counts);
        var isHuggingFace = _options.Rule == BpeTrainingRule.HuggingFace;
        var tokens = new List<byte[]?>();
        if (isHuggingFace)
            tokens.AddRange(Enumerable.Repeat<byte[]?>(null, _options.SpecialTokens.Count));
        var byteIds = new int[256];
        Array.Fill(byteIds, -1);
        foreach (var value in bytes)
        {
            byteIds[value] = tokens.Count;
            tokens.Add([value]);
        }
        var merges = LearnMerges(ToSymbols(counts, byteIds), tokens, run);
        var firstSpecialId = isHuggingFace ? 0 : tokens.Count;
        AddedToken[] special = [.. _options.SpecialTokens.Select((content, i) => new AddedToken(content, firstSpecialId + i))];
        var config = new ByteLevelBpeConfig { Pattern = _options.Pattern, AddedTokens = special };
        var vocabulary = new BpeVocabulary(new TokenBytes(CollectionsMarshal.AsSpan(tokens)), [.. merges], special);
        return new ByteLevelBpeTokenizer(vocabulary, config);
    }

    // In the order of their ids.
    private byte[] ChooseBytes(PieceCounts counts)
    {
        if (_options.Rule != BpeTrainingRule.HuggingFace)
            return [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        if (_options.Alphabet == ByteAlphabet.All)
            return ByteSymbols.InSymbolOrder;
        var seen = new long[256];
        for (var piece = 0; piece < counts.Count; piece++)
        {
            foreach (var value in counts[piece])
                seen[value] += counts.CountOf(piece);
        }
        var symbols = Alphabet.Choose(ToDictionary(seen), [], _options.LimitAlphabet);
        if (symbols.Count + _options.SpecialTokens.Count > _options.VocabSize)
            throw new ArgumentException(
                $"VocabSize is {_options.VocabSize}, but the text has {symbols.Count} different bytes "
                + $"beside {_options.SpecialTokens.Count} special tokens. Raise VocabSize, or set LimitAlphabet.");
        return [.. symbols.Select(symbol => ByteSymbols.ToBytes($"{(char)symbol}")[0])];
    }

    private static Dictionary<int, long> ToDictionary(long[] seen) => Enumerable.Range(0, 256).Where(value => seen[value] > 0)
        .ToDictionary(value => (int)ByteSymbols.ToSymbol((byte)value), value => seen[value]);

    private static SymbolPieces ToSymbols(PieceCounts counts, int[] byteIds)
    {
        var pieces = new SymbolPieces(counts.Length);
        for (var piece = 0; piece < counts.Count; piece++)
        {
            foreach (var value in counts[piece])
            {
                if (byteIds[value] >= 0)
                    pieces.Add(byteIds[value]);
            }
            pieces.EndPiece(counts.CountOf(piece));
        }
        return pieces;
    }

    private List<BpeMerge> LearnMerges(SymbolPieces pieces, List<byte[]?> tokens, TrainingRun run)
    {
        var wanted = _options.VocabSize - tokens.Count
            - (_options.Rule == BpeTrainingRule.HuggingFace ? 0 : _options.SpecialTokens.Count);
        var merges = new List<BpeMerge>(wanted);
        var learner = new MergeLearner(pieces, new MergeRule(
            _options.MinFrequency, _options.MaxTokenLength ?? int.MaxValue, TiesByPlace: _options.Rule == BpeTrainingRule.Minbpe));
        var reserved = _options.SpecialTokens.Select(Encoding.UTF8.GetBytes).ToArray();
        while (merges.Count < wanted && learner.TryTake(out var pair))
        {
            var (left, right) = learner.IdsOf(pair);
            byte[] bytes = [.. tokens[left]!, .. tokens[right]!];
            if (reserved.Any(special => special.AsSpan().SequenceEqual(bytes)))
                continue; // plain text must not turn into a special token
            var id = tokens.Count;
            learner.Merge(pair, id);
            tokens.Add(bytes);
            merges.Add(new BpeMerge(left, right, id));
            if (merges.Count % 256 == 0 || merges.Count == wanted)
                run.ReportLearning(merges.Count, wanted);
        }
        return merges;
    }
}
