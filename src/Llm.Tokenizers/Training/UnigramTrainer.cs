using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Learns a Unigram vocabulary (Kudo 2018) of words whose beginning ▁ marks, as SentencePiece does: texts are brought to NFKC, runs of
/// spaces count as one, and every token gets a probability.
/// </summary>
internal sealed class UnigramTrainer(UnigramTrainerOptions? options = null)
{
    private const double ByteScore = -1; // below the rarest token: a byte is the last resort

    private readonly UnigramTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new UnigramTrainerOptions());

    internal LearnedPipeline Pipeline
    {
        get
        {
            var metaspace = new Metaspace(new Rune('▁'), Metaspace.Always, Splits: true);
            TokenDecoder decoder = new MetaspaceDecoder(metaspace);
            return new LearnedPipeline(
                new SequenceNormalizer([new UnicodeNormalizer("NFKC"), new ReplaceNormalizer(TextPattern.FromRegex(" {2,}"), " ")]),
                new MetaspacePreTokenizer(metaspace),
                _options.ByteFallback ? new SequenceDecoder([new ByteFallbackDecoder(), decoder]) : decoder);
        }
    }

    internal UnigramModel LearnModel(PieceCounts counts, TrainingRun run)
    {
        var words = UnigramWords.From(counts, _options.LimitAlphabet);
        var bytes = _options.ByteFallback ? 256 : 0;
        var room = _options.VocabSize - _options.SpecialTokens.Count - bytes;
        if (room < words.AlphabetSize)
            throw new ArgumentException(
                $"VocabSize is {_options.VocabSize}, but the text has {words.AlphabetSize} different characters beside "
                + $"{_options.SpecialTokens.Count + bytes} special tokens and bytes. Raise VocabSize, or set LimitAlphabet.");
        var learned = UnigramLearner.Learn(words.Words, words.AlphabetSize, new UnigramRule(room)
        {
            MinFrequency = _options.MinFrequency,
            MaxPieceLength = _options.MaxTokenLength,
            SeedCount = _options.SeedSize,
            ShrinkingFactor = _options.ShrinkingFactor,
            SubIterations = _options.SubIterations,
            Threads = _options.Threads,
        }, run);
        var pieces = learned.Pieces.Select(piece => (Token: words.Spell(piece), piece.Score)).ToList();
        var lowest = pieces.Select(piece => piece.Score).DefaultIfEmpty().Min();
        return new UnigramModel(
            [
                .. _options.SpecialTokens.Select(token => (token, 0.0)),
                .. pieces.Where(piece => !_options.SpecialTokens.Contains(piece.Token)),
                .. Enumerable.Range(0, bytes).Select(value => (ByteFallback.NameOf((byte)value), lowest + ByteScore)),
            ],
            _options.SpecialTokens.IndexOf(_options.UnknownToken),
            _options.ByteFallback);
    }
}
