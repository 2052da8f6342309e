using System.Text;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

/// <summary>How well tokenizers compress the same texts: the fewer tokens, the more text fits into a context.</summary>
public sealed class CompressionReport
{
    private static readonly string[] Headings = ["tokenizer", "tokens", "bytes/token", "characters/token", "tokens/word", "relative"];

    private CompressionReport(IReadOnlyList<CompressionRow> rows) => Rows = rows;

    /// <summary>One row a tokenizer, in the order in which they were given.</summary>
    public IReadOnlyList<CompressionRow> Rows { get; }

    /// <summary>Encodes texts one by one with each tokenizer, and counts.</summary>
    /// <param name="texts">The texts; only one is in memory at a time.</param>
    /// <param name="tokenizers">Name → tokenizer; the first is what others are compared with in the table.</param>
    /// <param name="cancellationToken">Stops the counting.</param>
    /// <exception cref="ArgumentException">There is no tokenizer.</exception>
    public static CompressionReport Measure(
        IEnumerable<string> texts, IEnumerable<KeyValuePair<string, Tokenizer>> tokenizers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(tokenizers);
        KeyValuePair<string, Tokenizer>[] compared = [.. tokenizers];
        if (compared.Length == 0)
            throw new ArgumentException("There is no tokenizer to compare. Give at least one.", nameof(tokenizers));
        var tokens = new long[compared.Length];
        var (bytes, characters, words) = (0L, 0L, 0L);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bytes += Encoding.UTF8.GetByteCount(text);
            characters += text.EnumerateRunes().Count();
            words += CorpusCleaner.CountWords(text);
            for (var i = 0; i < compared.Length; i++)
                tokens[i] += compared[i].Value.CountTokens(text);
        }
        return new CompressionReport(
            [.. compared.Select((tokenizer, i) => new CompressionRow(tokenizer.Key, tokens[i], bytes, characters, words))]);
    }

    /// <summary>A table in plain text; its last column has the tokens as a multiple of those of the first tokenizer.</summary>
    public override string ToString()
    {
        string[][] lines = [Headings, .. Rows.Select(Cells)];
        var widths = Headings.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var table = new StringBuilder();
        foreach (var line in lines)
            table.AppendJoin("  ", line.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).Append('\n');
        return table.ToString();
    }

    private string[] Cells(CompressionRow row) =>
    [
        row.Name,
        FormattableString.Invariant($"{row.Tokens}"),
        FormattableString.Invariant($"{row.BytesPerToken:F2}"),
        FormattableString.Invariant($"{row.CharactersPerToken:F2}"),
        FormattableString.Invariant($"{row.TokensPerWord:F2}"),
        FormattableString.Invariant($"{(Rows[0].Tokens == 0 ? 1 : (double)row.Tokens / Rows[0].Tokens):F3}"),
    ];
}
