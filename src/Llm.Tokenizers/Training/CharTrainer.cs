namespace Llm.Tokenizers;

/// <summary>
/// Learns which characters a text has: special tokens, then the characters sorted by code point, so that the same set of characters always
/// gives the same ids. Where there is room for some only, the most frequent are in.
/// </summary>
/// <param name="options">How it learns.</param>
/// <exception cref="ArgumentException">The options do not make sense together.</exception>
public sealed class CharTrainer(CharTrainerOptions? options = null) : TokenizerTrainer<CharTokenizer>
{
    private readonly CharTrainerOptions _options = TokenizerTrainerOptions.Valid(options ?? new CharTrainerOptions());

    private protected override TextCounter CreateCounter() => new PieceReader(SplitPattern.Characters, _options.Threads);

    private protected override CharTokenizer Learn(PieceCounts counts, TrainingRun run)
    {
        var tokens = _options.SpecialTokens.ToList();
        var last = _options.UnknownToken is { } unknown && !tokens.Contains(unknown) ? 1 : 0;
        var found = counts.ToWords().Where(character => !tokens.Contains(character.Text)).ToList();
        var room = _options.VocabSize - tokens.Count - last;
        var kept = found.Where(character => character.Count >= _options.MinFrequency)
            .OrderByDescending(character => character.Count).ThenBy(character => character.Text, CodePointOrder.Comparer)
            .Take(Math.Max(0, room)).Select(character => character.Text).Order(CodePointOrder.Comparer).ToList();
        if (kept.Count < found.Count && _options.UnknownToken is null)
            throw new ArgumentException(
                $"The text has {found.Count} different characters, of which VocabSize ({_options.VocabSize}) and MinFrequency "
                + $"({_options.MinFrequency}) leave {kept.Count}. Set UnknownToken, which stands for the others, or learn all.");
        if (kept.Count == 0)
            throw new ArgumentException("There is no character to learn: the text is empty, or the options leave none.");
        tokens.AddRange(kept);
        if (last == 1 && !tokens.Contains(_options.UnknownToken!))
            tokens.Add(_options.UnknownToken!);
        run.ReportLearning(kept.Count, kept.Count);
        return new CharTokenizer(tokens, _options.UnknownToken);
    }
}
