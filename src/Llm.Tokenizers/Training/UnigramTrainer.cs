using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Learns a Unigram vocabulary (Kudo 2018) of words whose beginning ▁ marks, as SentencePiece does: texts are brought to NFKC, runs of
/// spaces count as one, and every token gets a probability. The result is the same from run to run.
/// </summary>
/// <param name="options">How it learns.</param>
/// <exception cref="ArgumentException">The options do not make sense together.</exception>
public sealed class UnigramTrainer(UnigramTrainerOptions? options = null) : PipelineTrainer
{
    private const double ByteScore = -1; // below the rarest token: a byte is the last resort

    private static readonly Metaspace Spaces = new(new Rune('▁'), Metaspace.Always, Splits: true);

    private readonly UnigramTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new UnigramTrainerOptions());

    private protected override TokenizerTrainerOptions Options => _options;

    private protected override TextNormalizer Normalizer =>
        new SequenceNormalizer([new UnicodeNormalizer("NFKC"), new ReplaceNormalizer(TextPattern.FromRegex(" {2,}"), " ")]);

    private protected override TextPreTokenizer PreTokenizer => new MetaspacePreTokenizer(Spaces);

    private protected override TokenDecoder Decoder => _options.ByteFallback
        ? new SequenceDecoder([new ByteFallbackDecoder(), new MetaspaceDecoder(Spaces)])
        : new MetaspaceDecoder(Spaces);

    private protected override UnigramModel LearnModel(PieceCounts counts, TrainingRun run)
    {
        var words = UnigramWords.From(counts, _options.LimitAlphabet);
        string[] bytes = [.. _options.ByteFallback ? ByteFallback.Names : []];
        var learned = UnigramLearner.Learn(words.Words, words.AlphabetSize, new UnigramRule(RoomFor(words, bytes.Length))
        {
            MinFrequency = _options.MinFrequency,
            MaxPieceLength = _options.MaxTokenLength,
            SeedCount = _options.SeedSize,
            ShrinkingFactor = _options.ShrinkingFactor,
            SubIterations = _options.SubIterations,
            Threads = _options.Threads,
        }, run);
        var lowest = learned.Pieces.Select(piece => piece.Score).DefaultIfEmpty().Min();
        return new UnigramModel(
            [
                .. _options.SpecialTokens.Select(token => (token, 0.0)),
                .. learned.Pieces
                    .Select(piece => (Token: words.Spell(piece), piece.Score))
                    .Where(piece => !_options.SpecialTokens.Contains(piece.Token)),
                .. bytes.Select(name => (name, lowest + ByteScore)),
            ],
            _options.SpecialTokens.IndexOf(_options.UnknownToken),
            _options.ByteFallback);
    }

    private int RoomFor(UnigramWords words, int bytes)
    {
        var room = _options.VocabSize - _options.SpecialTokens.Count - bytes;
        return room >= words.AlphabetSize ? room : throw new ArgumentException(
            $"VocabSize is {_options.VocabSize}, but the text has {words.AlphabetSize} different characters beside "
            + $"{_options.SpecialTokens.Count + bytes} special tokens and bytes. Raise VocabSize, or set LimitAlphabet.");
    }
}
