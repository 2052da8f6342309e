namespace Llm.Tokenizers;

/// <summary>
/// Learns the words of a text, which white space separates: special tokens, then the words, the most frequent first, as Hugging Face's
/// WordLevelTrainer orders them; equally frequent ones by code point.
/// </summary>
/// <param name="options">How it learns.</param>
/// <exception cref="ArgumentException">The options do not make sense together.</exception>
public sealed class WordTrainer(WordTrainerOptions? options = null) : TokenizerTrainer<WordTokenizer>
{
    private readonly WordTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new WordTrainerOptions());

    private protected override TextCounter CreateCounter() => new WordReader(_options.Threads, (text, counts) =>
    {
        foreach (var place in WordTokenizer.FindWords(text, ..text.Length))
            counts.Add(WordTokenizer.Normalize(text.AsSpan()[place], _options.LowerCases));
    });

    private protected override WordTokenizer Learn(PieceCounts counts, TrainingRun run)
    {
        var room = Math.Max(0, _options.VocabSize - _options.SpecialTokens.Count);
        var words = counts.ToWords().Where(word => word.Count >= _options.MinFrequency && !_options.SpecialTokens.Contains(word.Text))
            .OrderByDescending(word => word.Count).ThenBy(word => word.Text, CodePointOrder.Comparer)
            .Take(room).Select(word => word.Text).ToList();
        if (words.Count == 0)
            throw new ArgumentException("There is no word to learn: the text has none, or the options leave none.");
        run.ReportLearning(words.Count, room);
        return new WordTokenizer(
            [.. _options.SpecialTokens, .. words], [.. _options.SpecialTokens], _options.UnknownToken, _options.LowerCases);
    }
}
