namespace Llm.Tokenizers;

/// <summary>
/// Learns a WordPiece vocabulary for BERT's kind of tokenizer. As in Hugging Face's trainer, pairs are merged by frequency as in BPE, and
/// tokens inside of words begin with ##; unlike there, the result is the same from run to run.
/// </summary>
internal sealed class WordPieceTrainer(WordPieceTrainerOptions? options = null)
{
    private const string Prefix = "##";
    private const int MaxWordLength = 100; // BERT's; longer words are unknown

    private readonly WordPieceTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new WordPieceTrainerOptions());

    internal LearnedPipeline Pipeline => new(
        new BertNormalizer(cleansText: true, isolatesChinese: true, _options.StripsAccents, _options.LowerCases),
        new BertPreTokenizer(),
        new WordPieceDecoder(Prefix, cleansUp: true));

    internal WordPieceModel LearnModel(PieceCounts counts, TrainingRun run)
    {
        var learned = SubwordLearner.Learn(counts, new SubwordRule
        {
            VocabSize = _options.VocabSize,
            MinFrequency = _options.MinFrequency,
            SpecialTokens = [.. _options.SpecialTokens],
            LimitAlphabet = _options.LimitAlphabet,
            MaxTokenLength = _options.MaxTokenLength ?? int.MaxValue,
            ContinuingPrefix = Prefix,
        }, run);
        return new WordPieceModel(learned.ToVocabulary(), _options.UnknownToken, Prefix, MaxWordLength);
    }
}
