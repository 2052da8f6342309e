using System.Runtime.ExceptionServices;

namespace Llm.Tokenizers;

// From texts to what a model takes: special tokens around them, masks, truncation, padding; as Hugging Face's library does it.
public abstract partial class LlmTokenizer
{
    /// <summary>Encodes a text, or a pair, for a model.</summary>
    /// <param name="input">A string, a pair of strings, or words.</param>
    /// <param name="options">How; if null, as <see cref="CreateEncodingOptions"/> says.</param>
    /// <exception cref="ArgumentException">The options are not valid, or do not fit the text or the tokenizer.</exception>
    public TokenEncoding EncodeForModel(EncodingInput input, EncodingOptions? options = null)
    {
        options = Validate(options);
        var sequence = EncodeUnpadded(input, options);
        Pad([sequence], options.Padding);
        return sequence.ToEncoding();
    }

    /// <summary>Encodes many texts on all processors; each comes out as alone, but padding is up to the longest of all.</summary>
    /// <param name="inputs">Strings, pairs of strings, or words.</param>
    /// <inheritdoc cref="EncodeForModel"/>
    /// <param name="options"><inheritdoc/></param>
    public TokenEncoding[] EncodeBatch(IReadOnlyList<EncodingInput> inputs, EncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        options = Validate(options);
        var sequences = new TokenSequence[inputs.Count];
        var errors = new Exception?[inputs.Count];
        Parallel.For(0, inputs.Count, (i, loop) =>
        {
            try
            {
                sequences[i] = EncodeUnpadded(inputs[i], options);
            }
            catch (ArgumentException error)
            {
                errors[i] = error;
                loop.Break(); // what stands before is still encoded, so that it is always the first error that is told
            }
        });
        if (Array.Find(errors, error => error is not null) is { } first)
            ExceptionDispatchInfo.Throw(first);
        Pad(sequences, options.Padding);
        return Array.ConvertAll(sequences, sequence => sequence.ToEncoding());
    }

    /// <summary>
    /// Options for <see cref="EncodeForModel"/> as the tokenizer's tokenizer.json sets them: its truncation and its padding, special tokens
    /// around the text. They are new with each call, and free to be changed.
    /// </summary>
    public EncodingOptions CreateEncodingOptions() =>
        new() { Truncation = Sections.Truncation?.Copy(), Padding = Sections.Padding?.Copy() };

    private EncodingOptions Validate(EncodingOptions? options)
    {
        options ??= CreateEncodingOptions();
        options.Validate();
        return options;
    }

    private TokenSequence EncodeUnpadded(EncodingInput input, EncodingOptions options)
    {
        var first = EncodeSequence(input.First, 0, options);
        var second = input.Second is { } given ? EncodeSequence(given, 1, options) : null;
        var processor = Sections.PostProcessor;
        if (options.Truncation is { } truncation)
            PairTruncation.Apply(first, second, truncation, options.AddSpecialTokens ? processor?.CountAdded(second is not null) ?? 0 : 0);
        return Join(second is null ? [first] : [first, second], processor, options.AddSpecialTokens);
    }

    private TokenSequence EncodeSequence(object texts, int number, EncodingOptions options)
    {
        var limit = options.Truncation is { Strategy: not TruncationStrategy.OnlySecond } || number == 1 ? options.Truncation : null;
        if (texts is string text)
            return EncodeSequence(text, word: null, number, options.SpecialTokens, limit);
        var sequence = new TokenSequence();
        foreach (var (index, word) in ((IReadOnlyList<string>)texts).Index())
        {
            ArgumentNullException.ThrowIfNull(word, "A word to encode");
            sequence.Append(EncodeSequence(word, index, number, options.SpecialTokens, limit));
        }
        return sequence;
    }

    private TokenSequence EncodeSequence(string text, int? word, int number, SpecialTokenPolicy policy, TruncationOptions? limit)
    {
        using var tokens = TokenBuffer.Rent(TokenDetail.Words);
        EncodeText(text, policy, tokens, TextSteps.All);
        var words = limit is null ? (0..tokens.Words.Count) : WordsWithin(tokens.Words, limit);
        var rows = new List<TokenRow>(tokens.Count);
        var spelling = 0;
        for (var (index, at) = (0, 0); index < words.End.Value; index++)
        {
            for (; at < tokens.Words[index].End; at++)
            {
                var isSpelled = spelling < tokens.Spellings.Count && tokens.Spellings[spelling].Index == at;
                if (index >= words.Start.Value)
                    rows.Add(new TokenRow(
                        tokens.Ids[at], isSpelled ? tokens.Spellings[spelling].Text : IdToToken(tokens.Ids[at]) ?? "", tokens.Places[at],
                        word ?? index - words.Start.Value, number, text));
                spelling += isSpelled ? 1 : 0;
            }
        }
        return new TokenSequence(rows);
    }

    // Up to the word that reaches the length, which then is the last one; added tokens are found before anything is counted.
    private static Range WordsWithin(List<TokenWord> words, TruncationOptions limit)
    {
        var count = 0;
        if (limit.Side == TextSide.Right)
        {
            for (var i = 0; i < words.Count; i++)
            {
                count = words[i].End;
                if (!words[i].IsAdded && count >= limit.MaxLength)
                    return 0..(i + 1);
            }
            return 0..words.Count;
        }
        for (var i = words.Count - 1; i >= 0; i--)
        {
            count = words[^1].End - (i == 0 ? 0 : words[i - 1].End);
            if (!words[i].IsAdded && count >= limit.MaxLength)
                return i..words.Count;
        }
        return 0..words.Count;
    }

    private static TokenSequence Join(List<TokenSequence> sequences, TokenPostProcessor? processor, bool addSpecialTokens)
    {
        foreach (var (number, sequence) in sequences.Index())
        {
            if (processor is null && sequences.Count == 1)
                return sequence;
            sequence.SetSequence(number);
            if (processor is null)
                continue;
            sequence.SetTypes(number);
            sequence.Overflowing.ForEach(part => part.SetSequence(number));
        }
        var joined = new TokenSequence();
        foreach (var part in processor?.Process(sequences, addSpecialTokens) ?? sequences)
            joined.Append(part);
        return joined;
    }

    private void Pad(TokenSequence[] sequences, PaddingOptions? options)
    {
        if (options is null || sequences.Length == 0)
            return;
        var length = options.Length ?? sequences.Max(sequence => sequence.Rows.Count);
        if (options.MultipleOf is > 0 and var multiple)
            length = (length + multiple - 1) / multiple * multiple;
        var token = options.Token ?? (options.Id is { } given ? IdToToken(given) : Settings.PaddingToken) ?? throw new ArgumentException(
            "The tokenizer names no padding token. Set Token and Id of PaddingOptions.");
        var id = options.Id ?? TokenToId(token) ?? throw new ArgumentException(
            $"The padding token '{token}' is not in the vocabulary. Set Id of PaddingOptions as well, or name another token.");
        var padding = new TokenRow(id, token, default, null, options.TypeId, "", IsSpecial: true, IsPadding: true);
        foreach (var sequence in sequences)
            sequence.Pad(length, options.Side, padding);
    }
}
