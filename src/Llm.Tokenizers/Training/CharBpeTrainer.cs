using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Learns a BPE vocabulary of characters rather than bytes (Sennrich et al. 2016), as Hugging Face's BpeTrainer does: ties go to the pair
/// with the smaller ids.
/// </summary>
internal sealed class CharBpeTrainer(CharBpeTrainerOptions? options = null)
{
    private const string Space = "▁";

    private readonly CharBpeTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new CharBpeTrainerOptions());

    internal LearnedPipeline Pipeline => _options.Splitting switch
    {
        WordSplitting.Metaspace => new LearnedPipeline(
            new SequenceNormalizer([new PrependNormalizer(Space), new ReplaceNormalizer(TextPattern.FromString(" "), Space)]),
            new SplitPreTokenizer(TextPattern.FromString(Space), SplitBehavior.MergedWithNext, inverts: false),
            new SequenceDecoder(
                [new ReplaceDecoder(TextPattern.FromString(Space), " "), .. SpellingDecoders(), new FuseDecoder(), new StripDecoder(new Rune(' '), 1, 0)])),
        WordSplitting.None => new LearnedPipeline(null, null, new SequenceDecoder([.. SpellingDecoders(), new FuseDecoder()])),
        _ => new LearnedPipeline(
            null, new WhitespacePreTokenizer(), SpellingDecoders() is { Count: > 0 } decoders ? new SequenceDecoder(decoders) : null),
    };

    private List<TokenDecoder> SpellingDecoders()
    {
        List<TokenDecoder> decoders = [];
        if (_options.ByteFallback)
            decoders.Add(new ByteFallbackDecoder());
        if (_options.EndOfWordSuffix.Length > 0)
            decoders.Add(new BpeDecoder(_options.EndOfWordSuffix));
        return decoders;
    }

    internal BpeModel LearnModel(PieceCounts counts, TrainingRun run)
    {
        var learned = SubwordLearner.Learn(counts, new SubwordRule
        {
            VocabSize = _options.VocabSize,
            MinFrequency = _options.MinFrequency,
            SpecialTokens = [.. _options.SpecialTokens],
            ReservedTokens = [.. Enumerable.Range(0, _options.ByteFallback ? 256 : 0).Select(value => ByteFallback.NameOf((byte)value))],
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
