namespace Llm.Tokenizers;

/// <summary>
/// Learns a WordPiece vocabulary for BERT's kind of tokenizer. As in Hugging Face's trainer, pairs are merged by frequency as in BPE, and
/// tokens inside of words begin with ##; unlike there, the result is the same from run to run.
/// </summary>
/// <remarks>Where [CLS] and [SEP] are among the special tokens, they are put around a text that is encoded for a model.</remarks>
/// <param name="options">How it learns.</param>
/// <exception cref="ArgumentException">The options do not make sense together.</exception>
public sealed class WordPieceTrainer(WordPieceTrainerOptions? options = null) : PipelineTrainer
{
    private const string Prefix = "##";
    private const int MaxWordLength = 100; // BERT's; longer words are unknown

    private readonly WordPieceTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new WordPieceTrainerOptions());

    private protected override TokenizerTrainerOptions Options => _options;

    private protected override TextNormalizer Normalizer =>
        new BertNormalizer(cleansText: true, isolatesChinese: true, _options.StripsAccents, _options.LowerCases);

    private protected override TextPreTokenizer PreTokenizer => new BertPreTokenizer();

    private protected override TokenDecoder Decoder => new WordPieceDecoder(Prefix, cleansUp: true);

    private protected override WordPieceModel LearnModel(PieceCounts words, TrainingRun run)
    {
        var learned = SubwordLearner.Learn(words, new SubwordRule
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

    private protected override TokenPostProcessor? PostProcessor(TokenModel model) =>
        _options.SpecialTokens.IndexOf(WordPieceTrainerOptions.Start) is >= 0 and var start
            && _options.SpecialTokens.IndexOf(WordPieceTrainerOptions.Separator) is >= 0 and var separator
            ? new BertPostProcessor(
                new SpecialToken(WordPieceTrainerOptions.Start, start), new SpecialToken(WordPieceTrainerOptions.Separator, separator))
            : null;
}
