using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

/// <summary>
/// A <see cref="Tokenizer"/> whose vocabulary can be seen: tokens by id and ids by token, added tokens with a policy for those that stand
/// in a text, encoding and decoding from and to spans, encoding for models with special tokens, masks, truncation and padding, saving. Safe
/// for use by several threads at once.
/// </summary>
/// <remarks>
/// <see cref="Tokenizer.Normalizer"/> and <see cref="Tokenizer.PreTokenizer"/> are null except in a <see cref="PipelineTokenizer"/>: the
/// other tokenizers do these steps in one with the model.
/// </remarks>
public abstract partial class LlmTokenizer : Tokenizer
{
    private readonly Lazy<AddedTokenSplitter> _splitter;
    private readonly Lazy<Dictionary<string, int>> _vocabulary;
    private readonly HashSet<int> _specialIds = [];
    private readonly int _lowestSpecialId;

    private protected LlmTokenizer(TokenBytes utf8, IReadOnlyList<AddedToken> addedTokens) : this(utf8.Count, addedTokens) => Utf8 = utf8;

    private protected LlmTokenizer(int vocabSize, IReadOnlyList<AddedToken> addedTokens)
    {
        VocabSize = vocabSize;
        _splitter = new Lazy<AddedTokenSplitter>(() => new AddedTokenSplitter(addedTokens));
        _vocabulary = new Lazy<Dictionary<string, int>>(MakeVocabulary);
        AddedTokens = addedTokens;
        foreach (var token in addedTokens)
        {
            if (token.IsSpecial)
                _specialIds.Add(token.Id);
        }
        _lowestSpecialId = _specialIds.DefaultIfEmpty(int.MaxValue).Min();
    }

    /// <summary>One more than the largest id: the rows that an embedding for this tokenizer needs.</summary>
    public int VocabSize { get; }

    /// <summary>All tokens in their raw form with their ids, added tokens included.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary.Value;

    /// <summary>The special tokens and the other tokens that are found in a text before it is cut into learned ones.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>
    /// The id of the token that ends a document: the folder's eos_token, or &lt;|endoftext|&gt;; null where the vocabulary has none.
    /// </summary>
    public int? EndOfTextId => AddedTokens.FirstOrDefault(token => token.Content == Settings.EndOfText)?.Id;

    /// <summary>What the tokenizer's folder says beside the vocabulary.</summary>
    internal TokenizerSettings Settings { get; init; } = new();

    /// <summary>What tokenizer.json says about special tokens around texts, truncation and padding.</summary>
    internal EncodingSections Sections { get; init; } = new();

    /// <summary>The UTF-8 form of every id, added tokens included; empty where ids are not decoded one by one.</summary>
    private protected TokenBytes Utf8 { get; } = TokenBytes.Empty;

    /// <summary>What stands between two tokens of a decoded text; nothing, unless the tokens are words.</summary>
    private protected virtual ReadOnlySpan<byte> Separator => [];

    /// <summary>The token's raw form, as vocabularies spell it (Ġ for a space in byte-level BPE); null for an id without a token.</summary>
    public abstract string? IdToToken(int id);

    /// <summary>The id of a token in its raw form; null where there is no such token.</summary>
    public abstract int? TokenToId(string token);

    /// <summary>Writes the tokenizer into a folder as Hugging Face's files, and creates the folder if need be.</summary>
    public abstract void Save(string folder);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; unpaired surrogates count as U+FFFD.</param>
    /// <param name="specialTokens">What becomes of special tokens in the text; <see cref="SpecialTokenPolicy.AsText"/> if null.</param>
    /// <exception cref="ArgumentException">The policy is <see cref="SpecialTokenPolicy.Throw"/> and the text holds a special
    /// token.</exception>
    public int[] Encode(ReadOnlySpan<char> text, SpecialTokenPolicy? specialTokens = null)
    {
        using var tokens = TokenBuffer.Rent();
        EncodeText(text, specialTokens ?? SpecialTokenPolicy.AsText, tokens, TextSteps.All);
        return tokens.ToArray(tokens.Count);
    }

    /// <summary>Writes the ids of a text into <paramref name="ids"/>; allocates nothing else.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, SpecialTokenPolicy?)"/>
    public void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids, SpecialTokenPolicy? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var tokens = TokenBuffer.Rent();
        EncodeText(text, specialTokens ?? SpecialTokenPolicy.AsText, tokens, TextSteps.All);
        ids.Write(tokens.Ids);
    }

    /// <summary>Writes the ids of a text in UTF-8 into <paramref name="ids"/>; allocates nothing else.</summary>
    /// <param name="utf8">The text; bytes that are no text count as U+FFFD, one for each maximal part.</param>
    /// <param name="ids">Takes the ids.</param>
    /// <param name="specialTokens">What becomes of special tokens in the text; <see cref="SpecialTokenPolicy.AsText"/> if null.</param>
    /// <exception cref="ArgumentException">The policy is <see cref="SpecialTokenPolicy.Throw"/> and the text holds a special
    /// token.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, IBufferWriter<int> ids, SpecialTokenPolicy? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var tokens = TokenBuffer.Rent();
        EncodeText(utf8, specialTokens ?? SpecialTokenPolicy.AsText, tokens);
        ids.Write(tokens.Ids);
    }

    /// <summary>The number of tokens that <see cref="Encode(ReadOnlySpan{char}, SpecialTokenPolicy?)"/> gives; allocates nothing.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, SpecialTokenPolicy?)"/>
    public int CountTokens(ReadOnlySpan<char> text, SpecialTokenPolicy specialTokens)
    {
        using var tokens = TokenBuffer.Rent();
        EncodeText(text, specialTokens, tokens, TextSteps.All);
        return tokens.Count;
    }

    /// <summary>
    /// The tokens of a text: id, raw form, and place in UTF-16 units. Tokens that share the bytes of a character have its place.
    /// </summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, SpecialTokenPolicy?)"/>
    public IReadOnlyList<EncodedToken> EncodeToTokens(ReadOnlySpan<char> text, SpecialTokenPolicy specialTokens)
    {
        ArgumentNullException.ThrowIfNull(specialTokens);
        using var tokens = TokenBuffer.Rent(TokenDetail.Places);
        EncodeText(text, specialTokens, tokens, TextSteps.All);
        return ToEncodedTokens(tokens, tokens.Count);
    }

    /// <summary>The text of ids; bytes that are no text become U+FFFD, one for each maximal part (Unicode 3.9, W3C practice).</summary>
    /// <param name="ids">Ids of this tokenizer.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    /// <exception cref="ArgumentException">An id has no token.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        using var utf8 = ByteBuffer.Rent();
        AppendUtf8(ids, skipSpecialTokens, utf8);
        return Encoding.UTF8.GetString(utf8.Written);
    }

    /// <summary>Writes the bytes of ids, which may begin or end within a character.</summary>
    /// <inheritdoc cref="Decode(ReadOnlySpan{int}, bool)"/>
    public void Decode(ReadOnlySpan<int> ids, IBufferWriter<byte> utf8, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        using var bytes = ByteBuffer.Rent();
        AppendUtf8(ids, skipSpecialTokens, bytes);
        utf8.Write(bytes.Written);
    }

    /// <summary>Encodes a text in which no added token stands, and ends a word behind each piece.</summary>
    /// <param name="text">The whole text; places count from its start.</param>
    /// <param name="part">The part of it to encode.</param>
    /// <param name="tokens">Takes the ids.</param>
    private protected abstract void EncodePart(ReadOnlySpan<char> text, Range part, TokenBuffer tokens);

    /// <summary>Encodes a text and the added tokens in it.</summary>
    private protected virtual void EncodeText(ReadOnlySpan<char> text, SpecialTokenPolicy policy, TokenBuffer tokens, TextSteps steps)
    {
        if (!MayHoldAddedTokens(policy) || !_splitter.Value.HasAny(text))
        {
            EncodePart(text, ..text.Length, tokens);
            return;
        }
        foreach (var (place, token) in _splitter.Value.Split(text, policy))
        {
            if (token is null)
                EncodePart(text, place, tokens);
            else
                tokens.Add(token, place, text[place]);
        }
    }

    /// <summary>Encodes a text in UTF-8.</summary>
    private protected virtual void EncodeText(ReadOnlySpan<byte> utf8, SpecialTokenPolicy policy, TokenBuffer tokens)
    {
        var chars = ArrayPool<char>.Shared.Rent(utf8.Length); // a byte is never more than one UTF-16 unit
        try
        {
            EncodeText(chars.AsSpan(0, Encoding.UTF8.GetChars(utf8, chars)), policy, tokens, TextSteps.All);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    /// <summary>Whether added tokens are looked for at all.</summary>
    private protected bool MayHoldAddedTokens(SpecialTokenPolicy policy) =>
        policy != SpecialTokenPolicy.AsText || _specialIds.Count < AddedTokens.Count;

    /// <summary>What an id without a token decodes to; an error, unless the tokenizer has an unknown token to stand in.</summary>
    private protected virtual int ReplaceUnknownId(int id, int index) => throw new ArgumentException(
        $"The id {id} at index {index} has no token. The ids of this tokenizer are 0 to {VocabSize - 1}.", nameof(id));

    /// <summary>Appends the bytes of one id, with what separates it from the id before.</summary>
    internal void AppendUtf8(int id, int index, bool isFirst, ByteBuffer utf8)
    {
        if (!Utf8.Has(id))
            id = ReplaceUnknownId(id, index);
        if (!isFirst)
            utf8.Append(Separator);
        utf8.Append(Utf8[id]);
    }

    internal bool IsSpecial(int id) => id >= _lowestSpecialId && _specialIds.Contains(id);

    /// <summary>Appends the text of ids in UTF-8.</summary>
    private protected virtual void AppendUtf8(ReadOnlySpan<int> ids, bool skipSpecialTokens, ByteBuffer utf8)
    {
        var isFirst = true;
        for (var i = 0; i < ids.Length; i++)
        {
            if (Separator.IsEmpty)
            {
                i += Utf8.AppendTo(utf8, ids[i..EndOfPlain(ids, i, skipSpecialTokens)]);
                if (i == ids.Length)
                    return;
            }
            if (skipSpecialTokens && IsSpecial(ids[i]))
                continue;
            AppendUtf8(ids[i], i, isFirst, utf8);
            isFirst = false;
        }
    }

    // The first special id from start on that is left out, or the end.
    private int EndOfPlain(ReadOnlySpan<int> ids, int start, bool skipSpecialTokens)
    {
        for (var i = start; skipSpecialTokens && i < ids.Length; i++)
        {
            if (IsSpecial(ids[i]))
                return i;
        }
        return ids.Length;
    }

    private Dictionary<string, int> MakeVocabulary()
    {
        var ids = new Dictionary<string, int>(VocabSize, StringComparer.Ordinal);
        for (var id = 0; id < VocabSize; id++)
        {
            if (IdToToken(id) is { } token)
                ids[token] = id;
        }
        return ids;
    }
}
