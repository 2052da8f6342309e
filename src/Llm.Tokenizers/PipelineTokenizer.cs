using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

/// <summary>
/// A tokenizer made of parts, as tokenizer.json describes it: a normalizer, a pre-tokenizer, a model (BPE, WordPiece, Unigram or
/// WordLevel), a post-processor and a decoder, all as Hugging Face's tokenizers 0.23.1 has them. <see cref="TokenizerFolder"/> opens one.
/// </summary>
public sealed class PipelineTokenizer : LlmTokenizer
{
    private readonly Dictionary<int, AddedToken> _addedTokens;
    private readonly Dictionary<int, string> _normalizedSpellings; // of added tokens that the normalizer changes
    private readonly AddedTokenFinder _rawTokens;
    private readonly AddedTokenFinder _normalizedTokens;

    /// <exception cref="ArgumentException">The added tokens contradict each other or the model.</exception>
    internal PipelineTokenizer(TokenizerPipeline parts) : base(parts.VocabSize, parts.AddedTokens)
    {
        parts.Validate();
        Parts = parts;
        _addedTokens = parts.AddedTokens.ToDictionary(token => token.Id);
        _normalizedSpellings = parts.AddedTokens.Where(token => token.IsNormalized).ToDictionary(
            token => token.Id, token => parts.Normalizer?.Apply(new AlignedText(token.Content)).Text ?? token.Content);
        _rawTokens = new AddedTokenFinder(
            parts.AddedTokens.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        _normalizedTokens = new AddedTokenFinder(
            parts.AddedTokens.Where(token => token.IsNormalized).Select(token => (_normalizedSpellings[token.Id], token)));
    }

    /// <summary>The step that changes texts before they are cut; null if there is none.</summary>
    public override Normalizer? Normalizer => Parts.Normalizer is { } normalizer ? new PipelineNormalizer(normalizer) : null;

    /// <summary>The step that cuts texts into pieces; null if there is none.</summary>
    public override PreTokenizer? PreTokenizer => Parts.PreTokenizer is { } preTokenizer ? new PipelinePreTokenizer(preTokenizer) : null;

    internal TokenizerPipeline Parts { get; }

    /// <inheritdoc/>
    public override string? IdToToken(int id) => _addedTokens.TryGetValue(id, out var added) ? added.Content : Parts.Model.IdToToken(id);

    /// <inheritdoc/>
    public override int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return Parts.Model.TokenToId(token) ?? AddedTokens.FirstOrDefault(added => added.Content == token)?.Id;
    }

    /// <inheritdoc/>
    public override void Save(string folder) => PipelineFiles.Write(this, folder);

    /// <summary>
    /// Writes a tokenizer.json even where <see cref="Save"/> keeps the file of a SentencePiece model: its parts give the same ids and
    /// texts.
    /// </summary>
    /// <param name="folder">Takes tokenizer.json and tokenizer_config.json; it is created if need be.</param>
    /// <exception cref="NotSupportedException">The format cannot state the model; the message says why. That is so where the model
    /// rewrites characters, as T5's, ALBERT's and XLM-RoBERTa's do.</exception>
    public void SaveTokenizerJson(string folder) =>
        PipelineFiles.Write(Parts.SentencePiece is null ? this : SentencePieceConversion.ToParts(this), folder);

    /// <summary>Decodes as many ids as fit into <paramref name="destination"/>; what a decoder holds back is not counted.</summary>
    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        (idsConsumed, charsWritten) = (0, 0);
        var sink = new TextSink();
        var stage = StartText(sink);
        var count = 0;
        foreach (var id in ids)
        {
            if (SpellForDecoder(id) is not { } token)
                return OperationStatus.InvalidData;
            stage.Write(token, endsToken: true);
            count++;
            if (!TryWrite(sink, destination, ref charsWritten, out var isEmpty))
                return OperationStatus.DestinationTooSmall;
            if (!isEmpty)
                idsConsumed = count;
        }
        stage.End();
        if (!TryWrite(sink, destination, ref charsWritten, out _))
            return OperationStatus.DestinationTooSmall;
        idsConsumed = count;
        return OperationStatus.Done;
    }

    /// <summary>Starts to decode a text.</summary>
    internal DecoderStage StartText(DecoderStage sink) => Parts.Decoder?.Start(sink) ?? new SpacingStage(sink);

    /// <summary>Decodes one more token of a text.</summary>
    /// <exception cref="ArgumentException">The id has no token.</exception>
    internal void WriteToken(int id, int index, DecoderStage stage) =>
        stage.Write(SpellForDecoder(id) ?? SpellForDecoder(ReplaceUnknownId(id, index))!, endsToken: true);

    private protected override void AppendUtf8(ReadOnlySpan<int> ids, bool skipSpecialTokens, ByteBuffer utf8)
    {
        var sink = new TextSink();
        var stage = StartText(sink);
        for (var i = 0; i < ids.Length; i++)
        {
            if (!skipSpecialTokens || !IsSpecial(ids[i]))
                WriteToken(ids[i], i, stage);
        }
        stage.End();
        utf8.Append(Encoding.UTF8.GetBytes(sink.Take()));
    }

    private protected override void EncodeText(ReadOnlySpan<char> text, SpecialTokenPolicy policy, TokenBuffer tokens, TextSteps steps)
    {
        var work = new Workspace();
        _rawTokens.Split(text, ..text.Length, policy, work.RawParts);
        foreach (var (place, added) in work.RawParts)
        {
            if (added is not null)
                tokens.Add(added, place, text[place]);
            else
                EncodeRaw(new AlignedText(text[place].ToString(), place.Start.Value), policy, tokens, steps, work);
        }
    }

    private protected override void EncodePart(ReadOnlySpan<char> text, Range part, TokenBuffer tokens) =>
        EncodeRaw(
            new AlignedText(text[part].ToString(), part.Start.Value), SpecialTokenPolicy.AsText, tokens, TextSteps.All, new Workspace());

    // A text in which no token stands that is found before the normalizer.
    private void EncodeRaw(AlignedText text, SpecialTokenPolicy policy, TokenBuffer tokens, TextSteps steps, Workspace work)
    {
        if (Parts.Normalizer is not null && steps.HasFlag(TextSteps.Normalize))
            text = Parts.Normalizer.Apply(text);
        work.NormalizedParts.Clear();
        _normalizedTokens.Split(text.Text, ..text.Text.Length, policy, work.NormalizedParts);
        foreach (var (part, added) in work.NormalizedParts)
        {
            var (start, length) = part.GetOffsetAndLength(text.Text.Length);
            if (added is not null)
                tokens.Add(added, text.PlaceOf(start, length), text.Text.AsSpan(start, length));
            else
                EncodePieces(text.Slice(start, length), tokens, steps, work);
        }
    }

    private void EncodePieces(AlignedText text, TokenBuffer tokens, TextSteps steps, Workspace work)
    {
        work.Pieces.Clear();
        if (Parts.PreTokenizer is not null && steps.HasFlag(TextSteps.PreTokenize))
            Parts.PreTokenizer.Split(text, work.Pieces);
        else
            work.Pieces.Add(text);
        foreach (var piece in work.Pieces)
        {
            work.Tokens.Clear();
            Parts.Model.Encode(piece.Text, work.Tokens);
            foreach (var token in work.Tokens)
            {
                tokens.Add(token.Id, tokens.WithPlaces ? piece.PlaceOf(token.Start, token.Length) : default);
                if (tokens.WithWords && Parts.Model.Spell(token, piece.Text) is { } spelling)
                    tokens.Spellings.Add((tokens.Count - 1, spelling));
            }
            tokens.EndWord();
        }
    }

    private string? SpellForDecoder(int id) => _normalizedSpellings.TryGetValue(id, out var spelling) ? spelling : IdToToken(id);

    private static bool TryWrite(TextSink sink, Span<char> destination, ref int written, out bool isEmpty)
    {
        var text = sink.Take();
        isEmpty = text.Length == 0;
        if (!text.TryCopyTo(destination[written..]))
            return false;
        written += text.Length;
        return true;
    }

    /// <summary>Lists that the parts of one text share.</summary>
    private sealed class Workspace
    {
        public List<(Range Place, AddedToken? Token)> RawParts { get; } = [];

        public List<(Range Place, AddedToken? Token)> NormalizedParts { get; } = [];

        public List<AlignedText> Pieces { get; } = [];

        public List<ModelToken> Tokens { get; } = [];
    }
}
