namespace Llm.Tokenizers;

/// <summary>
/// A text, or a pair of texts, as a model takes it: ids with masks, and where each token comes from. All arrays have one entry a token.
/// </summary>
public sealed class TokenEncoding
{
    internal TokenEncoding(List<TokenRow> rows, int?[] sequenceIds, TokenEncoding[] overflowing)
    {
        (Ids, Tokens, Offsets) = (new int[rows.Count], new string[rows.Count], new Range[rows.Count]);
        (WordIds, TypeIds) = (new int?[rows.Count], new int[rows.Count]);
        (AttentionMask, SpecialTokensMask) = (new int[rows.Count], new int[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            (Ids[i], Tokens[i], Offsets[i], WordIds[i], TypeIds[i]) = (row.Id, row.Token, row.Place, row.Word, row.TypeId);
            (AttentionMask[i], SpecialTokensMask[i]) = (row.IsPadding ? 0 : 1, row.IsSpecial ? 1 : 0);
        }
        (SequenceIds, Overflowing) = (sequenceIds, overflowing);
    }

    /// <summary>The ids.</summary>
    public int[] Ids { get; }

    /// <summary>
    /// The tokens as the vocabulary spells them; added tokens, and unknown text in Unigram, as the text does after normalization.
    /// </summary>
    public string[] Tokens { get; }

    /// <summary>
    /// Where in its text, or its word, each token stands, in UTF-16 units; 0..0 for tokens that were added around the texts.
    /// </summary>
    public Range[] Offsets { get; }

    /// <summary>The piece of its text, or the given word, that each token belongs to; null for tokens that were added.</summary>
    public int?[] WordIds { get; }

    /// <summary>0 for tokens of the first text, 1 for those of the second, null for tokens that were added.</summary>
    public int?[] SequenceIds { get; }

    /// <summary>The types that the model wants: which sequence it is, in BERT.</summary>
    public int[] TypeIds { get; }

    /// <summary>1, but 0 for padding.</summary>
    public int[] AttentionMask { get; }

    /// <summary>1 for tokens that were added around the texts or as padding, 0 for those of the texts.</summary>
    public int[] SpecialTokensMask { get; }

    /// <summary>What truncation cut off, as further windows.</summary>
    public IReadOnlyList<TokenEncoding> Overflowing { get; }
}
