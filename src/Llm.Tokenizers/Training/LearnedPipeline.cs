namespace Llm.Tokenizers;

/// <summary>What a trainer of a whole pipeline begins with and ends in: the steps around the model, and the model.</summary>
internal sealed record LearnedPipeline(TextNormalizer? Normalizer, TextPreTokenizer? PreTokenizer, TokenDecoder? Decoder)
{
    /// <summary>Adds the words that the steps make of a text to the counts.</summary>
    public void CountWords(string text, PieceCounts counts)
    {
        foreach (var word in Cut(text))
            counts.Add(word.Text);
    }

    /// <summary>The words that the steps make of a text.</summary>
    public List<AlignedText> Cut(string text)
    {
        var aligned = new AlignedText(text);
        if (Normalizer is not null)
            aligned = Normalizer.Apply(aligned);
        List<AlignedText> words = [];
        if (PreTokenizer is not null)
            PreTokenizer.Split(aligned, words);
        else if (aligned.Text.Length > 0)
            words.Add(aligned);
        return words;
    }
}
