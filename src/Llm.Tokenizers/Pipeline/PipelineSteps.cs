using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

/// <summary>A normalizer as Microsoft's class shows it.</summary>
internal sealed class PipelineNormalizer(TextNormalizer normalizer) : Normalizer
{
    public override string Normalize(string original)
    {
        ArgumentNullException.ThrowIfNull(original);
        return normalizer.Apply(new AlignedText(original)).Text;
    }

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}

/// <summary>A pre-tokenizer as Microsoft's class shows it: the pieces by their places in the text.</summary>
internal sealed class PipelinePreTokenizer(TextPreTokenizer preTokenizer) : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pieces = new List<AlignedText>();
        preTokenizer.Split(new AlignedText(text), pieces);
        return pieces.Select(piece => piece.PlaceOf(0, piece.Text.Length).GetOffsetAndLength(text.Length));
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());
}
