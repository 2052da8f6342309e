using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Pieces back to text as SentencePiece does it.</summary>
internal sealed class SentencePieceDecoder(SentencePieceProto proto, SentencePieceVocabulary vocabulary) : TokenDecoder
{
    private readonly SentencePieceNormalizer? _denormalizer = proto.Denormalization.CharsMap.Length == 0
        ? null
        : new SentencePieceNormalizer(proto.Denormalization, vocabulary: null, spacesAreSuffixes: false);

    public override List<string> Decode(List<string> tokens)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var (isStart, tookSpace) = (true, false);
        foreach (var token in tokens)
        {
            var type = vocabulary.Find(token) is { } id ? vocabulary[id].Type : PieceType.Normal;
            if (type == PieceType.Byte)
            {
                bytes.Add(ByteFallback.ByteOf(token)!.Value);
                continue;
            }
            AppendBytes(bytes, text);
            isStart &= !tookSpace && text.Length == 0;
            text.Append(SurfaceOf(token, type, isStart, out tookSpace));
        }
        AppendBytes(bytes, text);
        var decoded = text.ToString();
        return [_denormalizer is null ? decoded : _denormalizer.Apply(new AlignedText(decoded)).Text];
    }

    public override JsonObject ToJson() => throw new NotSupportedException(
        "SentencePiece decodes by rules of its own, which tokenizer.json cannot state. Keep the .model file.");

    private string SurfaceOf(string token, PieceType type, bool isStart, out bool tookSpace)
    {
        tookSpace = false;
        if (type == PieceType.Control)
            return "";
        if (type == PieceType.Unknown)
            return proto.UnknownSurface;
        var options = proto.Normalization;
        if (isStart && (options.AddsDummyPrefix || options.RemovesExtraSpaces) && token.StartsWith('▁'))
        {
            // Where extra spaces are removed, so are all that the text starts with.
            tookSpace = !options.RemovesExtraSpaces;
            token = token[1..];
        }
        return token.Replace('▁', ' ');
    }

    // One U+FFFD for each byte that is no part of a character.
    private static void AppendBytes(List<byte> bytes, StringBuilder text)
    {
        ReadOnlySpan<byte> rest = [.. bytes];
        bytes.Clear();
        while (!rest.IsEmpty)
        {
            var isWhole = Rune.DecodeFromUtf8(rest, out var character, out var length) == System.Buffers.OperationStatus.Done;
            text.Append(character);
            rest = rest[(isWhole ? length : 1)..];
        }
    }
}
