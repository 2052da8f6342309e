using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

// The members of Microsoft's class. Here special tokens in a text are text, as everywhere by default; places are always those of the given
// text, normalized or not, so that no normalized text is handed out; and where a number of tokens is allowed, the tokens kept end with a
// whole character.
public abstract partial class LlmTokenizer
{
    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var given = text is null ? textSpan : text.AsSpan();
        using var tokens = TokenBuffer.Rent(DetailFor(settings));
        EncodeText(given, SpecialTokenPolicy.AsText, tokens, StepsOf(settings));
        var (count, consumed) = FitFromStart(tokens, given.Length, settings.MaxTokenCount);
        return new EncodeResults<int> { Tokens = tokens.ToArray(count), CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var given = text is null ? textSpan : text.AsSpan();
        using var tokens = TokenBuffer.Rent(TokenDetail.Places);
        EncodeText(given, SpecialTokenPolicy.AsText, tokens, StepsOf(settings));
        var (count, consumed) = FitFromStart(tokens, given.Length, settings.MaxTokenCount);
        return new EncodeResults<EncodedToken> { Tokens = ToEncodedTokens(tokens, count), CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var given = text is null ? textSpan : text.AsSpan();
        using var tokens = TokenBuffer.Rent(DetailFor(settings));
        EncodeText(given, SpecialTokenPolicy.AsText, tokens, StepsOf(settings));
        return FitFromStart(tokens, given.Length, settings.MaxTokenCount).Count;
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var given = text is null ? textSpan : text.AsSpan();
        normalizedText = null;
        using var tokens = TokenBuffer.Rent(TokenDetail.Places);
        EncodeText(given, SpecialTokenPolicy.AsText, tokens, StepsOf(settings));
        (tokenCount, var index) = fromEnd
            ? FitFromEnd(tokens, given.Length, settings.MaxTokenCount)
            : FitFromStart(tokens, given.Length, settings.MaxTokenCount);
        return index;
    }

    /// <inheritdoc cref="Decode(ReadOnlySpan{int}, bool)"/>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return ids switch
        {
            int[] array => Decode(array.AsSpan()),
            List<int> list => Decode(CollectionsMarshal.AsSpan(list)),
            _ => Decode(ids.ToArray().AsSpan()),
        };
    }

    /// <summary>Decodes as many ids as fit into <paramref name="destination"/> and end with a whole character.</summary>
    /// <param name="ids">Ids of this tokenizer.</param>
    /// <param name="destination">Takes the text.</param>
    /// <param name="idsConsumed">How many ids the text written stands for.</param>
    /// <param name="charsWritten">How many characters (UTF-16 units) were written.</param>
    /// <returns>Done; DestinationTooSmall, with what fits written; or InvalidData, with what stands before the id that has no
    /// token.</returns>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        (idsConsumed, charsWritten) = (0, 0);
        using var utf8 = ByteBuffer.Rent();
        var index = 0;
        foreach (var id in ids)
        {
            if (!Utf8.Has(id))
                return OperationStatus.InvalidData;
            AppendUtf8(id, index, index++ == 0, utf8);
            if (!TryWriteWhole(utf8, destination[charsWritten..], isLast: false, out var written))
                return OperationStatus.DestinationTooSmall;
            if (written < 0)
                continue;
            (idsConsumed, charsWritten) = (index, charsWritten + written);
        }
        if (!TryWriteWhole(utf8, destination[charsWritten..], isLast: true, out var rest))
            return OperationStatus.DestinationTooSmall;
        (idsConsumed, charsWritten) = (index, charsWritten + Math.Max(rest, 0));
        return OperationStatus.Done;
    }

    private EncodedToken[] ToEncodedTokens(TokenBuffer tokens, int count)
    {
        var encoded = new EncodedToken[count];
        for (var i = 0; i < count; i++)
            encoded[i] = new EncodedToken(tokens.Ids[i], IdToToken(tokens.Ids[i]) ?? "", tokens.Places[i]);
        return encoded;
    }

    // Writes what has come together once it ends with a whole character (written is -1 before that); false where it does not fit.
    private static bool TryWriteWhole(ByteBuffer utf8, Span<char> destination, bool isLast, out int written)
    {
        written = -1;
        if (!isLast && Rune.DecodeLastFromUtf8(utf8.Written, out _, out _) == OperationStatus.NeedMoreData)
            return true;
        if (Encoding.UTF8.GetCharCount(utf8.Written) > destination.Length)
            return false;
        written = Encoding.UTF8.GetChars(utf8.Written, destination);
        utf8.Clear();
        return true;
    }

    private static TextSteps StepsOf(EncodeSettings settings) =>
        (settings.ConsiderNormalization ? TextSteps.Normalize : TextSteps.None)
        | (settings.ConsiderPreTokenization ? TextSteps.PreTokenize : TextSteps.None);

    private static TokenDetail DetailFor(EncodeSettings settings) =>
        settings.MaxTokenCount == int.MaxValue ? TokenDetail.Ids : TokenDetail.Places;

    // The most tokens, up to max, behind which no character of them goes on, and where the text behind them starts.
    private static (int Count, int Index) FitFromStart(TokenBuffer tokens, int textLength, int max)
    {
        if (tokens.Count <= max)
            return (tokens.Count, textLength);
        var (ends, starts) = Boundaries(tokens.Places, textLength);
        var count = Math.Max(0, max);
        while (count > 0 && ends[count] > starts[count])
            count--;
        return (count, starts[count]);
    }

    private static (int Count, int Index) FitFromEnd(TokenBuffer tokens, int textLength, int max)
    {
        if (tokens.Count <= max)
            return (tokens.Count, 0);
        var (ends, starts) = Boundaries(tokens.Places, textLength);
        var first = tokens.Count - Math.Max(0, max);
        while (first < tokens.Count && ends[first] > starts[first])
            first++;
        return (tokens.Count - first, starts[first]);
    }

    // Before each token, and behind the last: how far the tokens before it reach, and where those from it on start. Normalizers may change
    // the order of characters, so that the neighbours alone do not tell.
    private static (int[] Ends, int[] Starts) Boundaries(ReadOnlySpan<Range> places, int textLength)
    {
        var (ends, starts) = (new int[places.Length + 1], new int[places.Length + 1]);
        starts[^1] = textLength;
        for (var i = 0; i < places.Length; i++)
            ends[i + 1] = Math.Max(ends[i], places[i].End.Value);
        for (var i = places.Length - 1; i >= 0; i--)
            starts[i] = places[i].Equals(places[i].End..places[i].End) ? starts[i + 1] : Math.Min(starts[i + 1], places[i].Start.Value);
        return (ends, starts);
    }
}
