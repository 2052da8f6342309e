using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// A model of SentencePiece (Kudo and Richardson 2018). It takes a whole normalized text as one piece, and gives the ids that the reference
/// gives. Its own rules differ in small things from Hugging Face's models of the same name, so that each has its own class.
/// </summary>
internal abstract class SentencePieceModel(SentencePieceVocabulary vocabulary) : TokenModel
{
    public sealed override int VocabSize => Vocabulary.Count;

    public int UnknownId => vocabulary.UnknownId;

    protected SentencePieceVocabulary Vocabulary => vocabulary;

    /// <exception cref="FormatException">The pieces contradict each other.</exception>
    public static SentencePieceModel Create(PieceAlgorithm algorithm, SentencePieceVocabulary vocabulary) => algorithm switch
    {
        PieceAlgorithm.Bpe => new SentencePieceBpe(vocabulary),
        PieceAlgorithm.Word => new SentencePieceWords(vocabulary),
        PieceAlgorithm.Char => new SentencePieceCharacters(vocabulary),
        _ => new SentencePieceUnigram(vocabulary),
    };

    public sealed override string? IdToToken(int id) => (uint)id < (uint)vocabulary.Count ? vocabulary[id].Text : null;

    public sealed override int? TokenToId(string token) => vocabulary.Find(token);

    public sealed override void Encode(string piece, List<ModelToken> tokens)
    {
        var first = tokens.Count;
        Cut(piece, tokens);
        for (var i = first; i < tokens.Count; i++)
        {
            if (tokens[i].Id != vocabulary.UnknownId)
                continue;
            var cuts = tokens.GetRange(i, tokens.Count - i);
            tokens.RemoveRange(i, tokens.Count - i);
            ReplaceUnknown(piece, cuts, tokens);
            return;
        }
    }

    public sealed override JsonObject ToJson() => throw new NotSupportedException(
        "A SentencePiece model follows its own rules, which tokenizer.json cannot state. Keep its .model file.");

    /// <summary>Appends the pieces of a text, an unknown one for each part that no piece covers.</summary>
    protected abstract void Cut(string text, List<ModelToken> tokens);

    // Unknown pieces are spelled in bytes, or those that touch become one.
    private void ReplaceUnknown(string text, List<ModelToken> cuts, List<ModelToken> tokens)
    {
        var isAfterUnknown = false;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var cut in cuts)
        {
            var isUnknown = cut.Id == vocabulary.UnknownId;
            if (isUnknown && vocabulary.Bytes is { } bytes)
            {
                foreach (var character in text.AsSpan(cut.Start, cut.Length).EnumerateRunes())
                {
                    foreach (var value in utf8[..character.EncodeToUtf8(utf8)])
                        tokens.Add(cut with { Id = bytes[value] });
                }
            }
            else if (isUnknown && isAfterUnknown)
            {
                tokens[^1] = tokens[^1] with { Length = tokens[^1].Length + cut.Length };
            }
            else
            {
                tokens.Add(cut);
            }
            isAfterUnknown = isUnknown;
        }
    }
}
