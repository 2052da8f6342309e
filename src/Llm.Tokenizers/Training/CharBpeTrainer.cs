using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Learns a BPE vocabulary of characters rather than bytes (Sennrich et al. 2016), as Hugging Face's BpeTrainer does: ties go to the pair
/// with the smaller ids.
/// </summary>
/// <param name="options">How it learns.</param>
/// <exception cref="ArgumentException">The options do not make sense together.</exception>
public sealed class CharBpeTrainer(CharBpeTrainerOptions? options = null) : PipelineTrainer
{
    private const string Space = "▁";

    private readonly CharBpeTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new CharBpeTrainerOptions());

    private protected override TokenizerTrainerOptions Options => _options;

    private protected override TextNormalizer? Normalizer => _options.Splitting == WordSplitting.Metaspace
        ? new SequenceNormalizer([new PrependNormalizer(Space), new ReplaceNormalizer(TextPattern.FromString(" "), Space)])
        : null;

    private protected override TextPreTokenizer? PreTokenizer => _options.Splitting switch
    {
        WordSplitting.Metaspace => new SplitPreTokenizer(TextPattern.FromString(Space), SplitBehavior.MergedWithNext, inverts: false),
        WordSplitting.Words => new WhitespacePreTokenizer(),
        _ => null,
    };

    private protected override TokenDecoder? Decoder
    {
        get
        {
            List<TokenDecoder> decoders = [];
            if (_options.Splitting == WordSplitting.Metaspace)
                decoders.Add(new ReplaceDecoder(TextPattern.FromString(Space), " "));
            if (_options.ByteFallback)
                decoders.Add(new ByteFallbackDecoder());
            if (_options.EndOfWordSuffix.Length > 0)
                decoders.Add(new BpeDecoder(_options.EndOfWordSuffix));
            if (_options.Splitting != WordSplitting.Words)
                decoders.Add(new FuseDecoder());
            if (_options.Splitting == WordSplitting.Metaspace)
                decoders.Add(new StripDecoder(new Rune(' '), 1, 0));
            return decoders.Count == 0 ? null : new SequenceDecoder(decoders);
        }
    }

    private protected override BpeModel LearnModel(PieceCounts words, TrainingRun run)
    {
        var learned = SubwordLearner.Learn(words, new SubwordRule
        {
            VocabSize = _options.VocabSize,
            MinFrequency = _options.MinFrequency,
            SpecialTokens = [.. _options.SpecialTokens],
            ReservedTokens = [.. _options.ByteFallback ? ByteFallback.Names : []],
            InitialAlphabet = [.. _options.InitialAlphabet.EnumerateRunes()],
            LimitAlphabet = _options.LimitAlphabet,
            MaxTokenLength = _options.MaxTokenLength ?? int.MaxValue,
            EndOfWordSuffix = _options.EndOfWordSuffix,
        }, run);
        return new BpeModel(learned.ToVocabulary(), learned.SpelledMerges, new BpeModelOptions
        {
            UnknownToken = _options.UnknownToken,
            FallsBackToBytes = _options.ByteFallback,
            WordSuffix = _options.EndOfWordSuffix.Length > 0 ? _options.EndOfWordSuffix : null,
        });
    }
}
