namespace Llm.Tokenizers;

/// <summary>The parts of a <see cref="PipelineTokenizer"/>, in the order in which a text goes through them.</summary>
/// <param name="Model">What turns pieces of text into ids.</param>
internal sealed record TokenizerPipeline(TokenModel Model)
{
    /// <summary>Tokens that are found in the text before, or as far as they are normalized after, the normalizer.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>What changes the text; null where nothing does.</summary>
    public TextNormalizer? Normalizer { get; init; }

    /// <summary>What cuts the text; null where nothing does.</summary>
    public TextPreTokenizer? PreTokenizer { get; init; }

    /// <summary>What turns tokens into text; null where they are joined with spaces.</summary>
    public TokenDecoder? Decoder { get; init; }

    /// <summary>The file of a SentencePiece model, as such a folder keeps it; null for any other model.</summary>
    public SentencePieceFile? SentencePiece { get; init; }

    /// <summary>One more than the largest id.</summary>
    public int VocabSize => AddedTokens.Select(token => token.Id + 1).Append(Model.VocabSize).Max();

    /// <summary>Checks that the added tokens fit the model. Ids are never changed.</summary>
    /// <exception cref="ArgumentException">They contradict each other or the model.</exception>
    public void Validate()
    {
        var (ids, contents) = (new Dictionary<int, string>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var token in AddedTokens)
        {
            if (token.Id < 0 || token.Id >= ModelVocabulary.MaxIds)
                throw new ArgumentException(
                    $"The added token '{token.Content}' has the id {token.Id}. Ids are 0 to {ModelVocabulary.MaxIds - 1}.");
            if (!ids.TryAdd(token.Id, token.Content) || !contents.TryAdd(token.Content, token.Id))
                throw new ArgumentException(
                    $"The added token '{token.Content}' with the id {token.Id} repeats the content or the id of another added token.");
            var known = Model.TokenToId(token.Content);
            if (known is null ? Model.IdToToken(token.Id) is not null : known != token.Id)
                throw new ArgumentException(
                    $"The added token '{token.Content}' has the id {token.Id}, but in the vocabulary "
                    + (known is null ? $"that is the id of '{Model.IdToToken(token.Id)}'." : $"it has the id {known}."));
        }
    }
}
