using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// A SentencePiece model as ALBERT and XLNet use it: a piece that ends with a digit and a comma is cut again without the comma, so that
/// numbers do not depend on what follows them.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="normalizer">Its normalizer, which the part before the comma goes through once more.</param>
internal sealed class AlbertModel(SentencePieceModel model, SentencePieceNormalizer normalizer) : TokenModel
{
    private const char Space = '▁';

    public override int VocabSize => model.VocabSize;

    public override string? IdToToken(int id) => model.IdToToken(id);

    public override int? TokenToId(string token) => model.TokenToId(token);

    public override void Encode(string piece, List<ModelToken> tokens)
    {
        var cuts = new List<ModelToken>();
        model.Encode(piece, cuts);
        foreach (var cut in cuts)
        {
            var text = piece.AsSpan(cut.Start, cut.Length);
            if (text.Length > 1 && text[^1] == ',' && EndsWithDigit(text[..^1]))
                AddWithoutComma(text[..^1].ToString(), cut.Start, tokens);
            else
                tokens.Add(cut);
        }
    }

    public override JsonObject ToJson() => model.ToJson();

    // What Python's str.isdigit says: decimal digits, and digits that are raised, circled and the like.
    private static bool EndsWithDigit(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var last, out _) == System.Buffers.OperationStatus.Done
        && CharUnicodeInfo.GetDigitValue(last.ToString(), 0) >= 0;

    private void AddWithoutComma(string text, int start, List<ModelToken> tokens)
    {
        var again = normalizer.Apply(new AlignedText(text.Replace($"{Space}", ""))).Text;
        var cuts = new List<ModelToken>();
        model.Encode(again, cuts);
        var shift = 0;
        for (var i = 0; i < cuts.Count; i++)
        {
            var part = again.AsSpan(cuts[i].Start, cuts[i].Length);
            var id = cuts[i].Id;
            if (i == 0 && text[0] != Space && part[0] == Space)
            {
                shift = 1; // the space was added, and goes again
                if (part.Length == 1)
                    continue;
                id = model.TokenToId(part[1..].ToString()) ?? model.UnknownId;
            }
            tokens.Add(new ModelToken(id, start, text.Length));
        }
        PlaceInOrder(tokens, cuts, again.Length - shift == text.Length ? shift : null, start);
        tokens.Add(new ModelToken(model.TokenToId(",") ?? model.UnknownId, start + text.Length, 1));
    }

    // Where nothing but the added space differs, each part knows its place; else all have the place of the whole.
    private static void PlaceInOrder(List<ModelToken> tokens, List<ModelToken> cuts, int? shift, int start)
    {
        if (shift is not { } added)
            return;
        for (var (i, at) = (cuts.Count - 1, tokens.Count - 1); i >= 0 && at >= 0 && cuts[i].Start + cuts[i].Length > added; i--, at--)
        {
            var from = Math.Max(cuts[i].Start - added, 0);
            tokens[at] = tokens[at] with { Start = start + from, Length = cuts[i].Start + cuts[i].Length - added - from };
        }
    }
}
