using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Pieces back to text as SentencePiece does it.</summary>
/// <param name="proto">The model.</param>
/// <param name="vocabulary">Its pieces.</param>
/// <param name="showsSpecial">Control and unknown pieces are spelled out, as transformers does.</param>
internal sealed class SentencePieceDecoder(
    SentencePieceProto proto, SentencePieceVocabulary vocabulary, bool showsSpecial = false) : TokenDecoder
{
    private readonly SentencePieceNormalizer? _denormalizer = proto.Denormalization.CharsMap.Length == 0
        ? null
        : new SentencePieceNormalizer(proto.Denormalization, vocabulary: null, spacesAreSuffixes: false);

    /// <summary>The same rules, but control and unknown pieces are spelled out.</summary>
    public SentencePieceDecoder ShowingSpecial() => new(proto, vocabulary, showsSpecial: true);

    public override DecoderStage Start(DecoderStage next) =>
        new Stage(proto, vocabulary, showsSpecial, _denormalizer is null ? next : new DenormalizingStage(_denormalizer, next));

    public override JsonObject ToJson() => throw new NotSupportedException(
        "SentencePiece decodes by rules of its own, which tokenizer.json cannot state. Keep the .model file.");

    private sealed class Stage(SentencePieceProto proto, SentencePieceVocabulary vocabulary, bool showsSpecial, DecoderStage next)
        : TokenStage(next)
    {
        private readonly List<byte> _bytes = []; // of a character that is not whole
        private bool _isStart = true;
        private bool _tookSpace;
        private bool _hasText;

        public override void End()
        {
            WriteBytes(isLast: true);
            Next.Write("", endsToken: true);
            base.End();
        }

        protected override void WriteToken(string token)
        {
            var type = vocabulary.Find(token) is { } id ? vocabulary[id].Type : PieceType.Normal;
            if (type == PieceType.Byte)
            {
                _bytes.Add(ByteFallback.ByteOf(token)!.Value);
                WriteBytes(isLast: false);
                return;
            }
            WriteBytes(isLast: true);
            _isStart &= !_tookSpace && !_hasText;
            Write(SurfaceOf(token, type));
        }

        private void Write(string text)
        {
            _hasText |= text.Length > 0;
            Next.Write(text, endsToken: false);
        }

        private string SurfaceOf(string token, PieceType type)
        {
            _tookSpace = false;
            if (showsSpecial && type is PieceType.Control or PieceType.Unknown)
                return token;
            if (type == PieceType.Control)
                return "";
            if (type == PieceType.Unknown)
                return proto.UnknownSurface;
            var options = proto.Normalization;
            if (_isStart && (options.AddsDummyPrefix || options.RemovesExtraSpaces) && token.StartsWith('▁'))
            {
                // Where extra spaces are removed, so are all that the text starts with.
                _tookSpace = !options.RemovesExtraSpaces;
                token = token[1..];
            }
            return token.Replace('▁', ' ');
        }

        // One U+FFFD for each byte that is no part of a character.
        private void WriteBytes(bool isLast)
        {
            while (_bytes.Count > 0)
            {
                var status = Rune.DecodeFromUtf8([.. _bytes], out var character, out var length);
                if (status == OperationStatus.NeedMoreData && !isLast)
                    return;
                _bytes.RemoveRange(0, status == OperationStatus.Done ? length : 1);
                Write(character.ToString());
            }
        }
    }

    private sealed class DenormalizingStage(SentencePieceNormalizer denormalizer, DecoderStage next) : TokenStage(next)
    {
        protected override void WriteToken(string token) =>
            Next.Write(denormalizer.Apply(new AlignedText(token)).Text, endsToken: true);
    }
}
