using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Leaves the spaces at the ends of tokens out of their places, if asked; ids do not change.</summary>
internal sealed class ByteLevelPostProcessor(bool addsPrefixSpace, bool trimsOffsets, bool usesRegex) : TokenPostProcessor
{
    public static new ByteLevelPostProcessor Read(JsonElement section) => new(
        section.Flag("add_prefix_space"), section.Flag("trim_offsets"), section.Flag("use_regex", ifMissing: true));

    public override IEnumerable<SpecialToken> SpecialTokens => [];

    public override int CountAdded(bool isPair) => 0;

    public override List<TokenSequence> Process(List<TokenSequence> sequences, bool addSpecialTokens)
    {
        foreach (var (number, sequence) in sequences.Index())
        {
            if (trimsOffsets)
                TrimPlaces(sequence, addsPrefixSpace);
            sequence.SetSequence(number);
        }
        return sequences;
    }

    public override JsonObject ToJson() => ByteLevelPreTokenizer.ToJson(addsPrefixSpace, trimsOffsets, usesRegex);

    /// <summary>Trims the places of a sequence and of its windows.</summary>
    public static void TrimPlaces(TokenSequence sequence, bool addsPrefixSpace)
    {
        foreach (var part in sequence.Overflowing)
            TrimPlaces(part, addsPrefixSpace);
        var rows = CollectionsMarshal.AsSpan(sequence.Rows);
        for (var i = 0; i < rows.Length; i++)
            rows[i] = rows[i] with { Place = Trim(rows[i], isFirst: i == 0, addsPrefixSpace) };
    }

    // One space at the start of a text may be the one that was put there, which has no place that it could give back.
    private static Range Trim(in TokenRow row, bool isFirst, bool addsPrefixSpace)
    {
        var (leading, trailing) = CountSpaces(row.Token);
        var (start, end) = (row.Place.Start.Value, row.Place.End.Value);
        if (leading == 1 && addsPrefixSpace && (isFirst || start == 0))
            leading = 0;
        for (; leading > 0 && start < end; leading--)
            start += char.IsHighSurrogate(row.Text[start]) && start + 1 < end ? 2 : 1;
        return start..Math.Max(start, StepBack(row.Text, end, trailing));
    }

    // So many characters before the end; the end itself where there are not so many.
    private static int StepBack(string text, int end, int count)
    {
        var at = end;
        for (; count > 0 && at > 0; count--)
            at -= at > 1 && char.IsSurrogatePair(text, at - 2) ? 2 : 1;
        return count == 0 ? at : end;
    }

    private static (int Leading, int Trailing) CountSpaces(string token)
    {
        var (leading, trailing, isAtStart) = (0, 0, true);
        foreach (var character in token.EnumerateRunes())
        {
            var isSpace = character.Value == ByteSymbols.ToSymbol((byte)' ') || Rune.IsWhiteSpace(character);
            isAtStart &= isSpace;
            leading += isAtStart ? 1 : 0;
            trailing = isSpace ? trailing + 1 : 0;
        }
        return (leading, trailing);
    }
}
