using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>[CLS] A [SEP], or [CLS] A [SEP] B [SEP], of the types 0 and 1.</summary>
internal sealed class BertPostProcessor(SpecialToken start, SpecialToken separator) : TokenPostProcessor
{
    public override IEnumerable<SpecialToken> SpecialTokens => [start, separator];

    public override int CountAdded(bool isPair) => isPair ? 3 : 2;

    public override List<TokenSequence> Process(List<TokenSequence> sequences, bool addSpecialTokens) => !addSpecialTokens
        ? sequences
        : [.. sequences.Select((sequence, i) => i == 0
            ? Surround(sequence, 0, [start.ToRow(0)], [separator.ToRow(0)])
            : Surround(sequence, 1, [], [separator.ToRow(1)]))];

    public override JsonObject ToJson() =>
        new() { ["type"] = "BertProcessing", ["sep"] = separator.ToJson(), ["cls"] = start.ToJson() };

    /// <summary>Puts tokens around a sequence and each of its windows.</summary>
    public static TokenSequence Surround(TokenSequence sequence, int number, TokenRow[] before, TokenRow[] after)
    {
        var surrounded = new TokenSequence([.. before, .. sequence.Rows.Select(row => row with { IsSpecial = false }), .. after]);
        surrounded.SetSequence(number, before.Length..(surrounded.Rows.Count - after.Length));
        foreach (var part in sequence.Overflowing)
        {
            var window = Surround(part, number, before, after);
            window.Overflowing.Clear();
            surrounded.Overflowing.Add(window);
        }
        return surrounded;
    }
}
