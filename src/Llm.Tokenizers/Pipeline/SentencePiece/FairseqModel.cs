using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// A SentencePiece model with the ids of fairseq, as XLM-RoBERTa has them: four special tokens, then the pieces behind the model's own
/// three, and the mask at the end.
/// </summary>
internal sealed class FairseqModel : TokenModel
{
    private const string Mask = "<mask>";
    private const int Offset = 1; // of ids to those of the pieces
    private const int UnknownId = 3;

    private static readonly string[] First = ["<s>", "<pad>", "</s>", "<unk>"];
    private static readonly string[] ExpectedPieces = ["<unk>", "<s>", "</s>"];

    private readonly SentencePieceModel _model;

    /// <exception cref="FormatException">The model starts with other pieces than those of fairseq's models.</exception>
    public FairseqModel(SentencePieceModel model)
    {
        _model = model;
        var first = Enumerable.Range(0, ExpectedPieces.Length).Select(model.IdToToken);
        if (!first.SequenceEqual(ExpectedPieces))
            throw new FormatException(
                $"its first pieces are '{string.Join("', '", first)}', but XLMRobertaTokenizer needs "
                + $"'{string.Join("', '", ExpectedPieces)}'.");
    }

    public override int VocabSize => _model.VocabSize + Offset + 1;

    private int MaskId => VocabSize - 1;

    public override string? IdToToken(int id)
    {
        if (id == MaskId)
            return Mask;
        return (uint)id < (uint)First.Length ? First[id] : _model.IdToToken(id - Offset);
    }

    public override int? TokenToId(string token)
    {
        if (Array.IndexOf(First, token) is >= 0 and var id)
            return id;
        return token == Mask ? MaskId : _model.TokenToId(token) + Offset;
    }

    public override void Encode(string piece, List<ModelToken> tokens)
    {
        var first = tokens.Count;
        _model.Encode(piece, tokens);
        for (var i = first; i < tokens.Count; i++)
            tokens[i] = tokens[i] with { Id = tokens[i].Id == 0 ? UnknownId : tokens[i].Id + Offset };
    }

    public override JsonObject ToJson() => _model.ToJson();
}
