namespace Llm.Tokenizers;

/// <summary>A SentencePiece model file.</summary>
/// <param name="Name">What it is called in a folder.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record SentencePieceFile(string Name, byte[] Content);

/// <summary>What a SentencePiece model file becomes: each step by the reference's own rules.</summary>
internal sealed record SentencePieceParts(
    SentencePieceProto Proto,
    SentencePieceVocabulary Vocabulary,
    SentencePieceModel Model,
    SentencePieceNormalizer Normalizer,
    SentencePieceDecoder Decoder)
{
    /// <exception cref="InvalidDataException">It is not a SentencePiece model, or contradicts itself.</exception>
    public static SentencePieceParts Read(ReadOnlySpan<byte> file)
    {
        var proto = SentencePieceProto.Parse(file);
        try
        {
            var vocabulary = new SentencePieceVocabulary(proto);
            return new SentencePieceParts(
                proto,
                vocabulary,
                SentencePieceModel.Create(proto.Algorithm, vocabulary),
                new SentencePieceNormalizer(proto.Normalization, vocabulary, proto.SpacesAreSuffixes),
                new SentencePieceDecoder(proto, vocabulary));
        }
        catch (FormatException error)
        {
            throw new InvalidDataException($"The SentencePiece model is not valid: {error.Message}", error);
        }
    }
}
