using System.Text;

namespace Llm.Tokenizers;

/// <summary>Each word, with the space before it, is a piece.</summary>
internal sealed class SentencePieceWords(SentencePieceVocabulary vocabulary) : SentencePieceModel(vocabulary)
{
    protected override void Cut(string text, List<ModelToken> tokens)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('▁', start + 1);
            end = end < 0 ? text.Length : end;
            tokens.Add(new ModelToken(Vocabulary.FindInText(text.AsSpan(start, end - start)) ?? Vocabulary.UnknownId, start, end - start));
        }
    }
}

/// <summary>Each character is a piece; user-defined pieces stay whole.</summary>
internal sealed class SentencePieceCharacters(SentencePieceVocabulary vocabulary) : SentencePieceModel(vocabulary)
{
    protected override void Cut(string text, List<ModelToken> tokens)
    {
        for (int start = 0, length; start < text.Length; start += length)
        {
            (var id, length) = Vocabulary.FindUserDefined(text.AsSpan(start));
            if (length == 0)
            {
                Rune.DecodeFromUtf16(text.AsSpan(start), out _, out length);
                id = Vocabulary.FindInText(text.AsSpan(start, length)) ?? Vocabulary.UnknownId;
            }
            tokens.Add(new ModelToken(id, start, length));
        }
    }
}
