using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>
/// A <see cref="TokenEncoding"/> that is being made: post-processors put tokens around it, truncation and padding change its length. How
/// parts and windows are joined follows Hugging Face's Encoding.
/// </summary>
internal sealed partial class TokenSequence
{
    private Dictionary<int, Range> _sequences = []; // number of the sequence -> its rows

    public TokenSequence(List<TokenRow>? rows = null) => Rows = rows ?? [];

    public List<TokenRow> Rows { get; }

    /// <summary>What truncation cut off.</summary>
    public List<TokenSequence> Overflowing { get; private set; } = [];

    /// <summary>Says that all rows are those of one sequence.</summary>
    public void SetSequence(int number) => SetSequence(number, ..Rows.Count);

    /// <summary>Says which rows are those of a sequence.</summary>
    public void SetSequence(int number, Range rows) => _sequences[number] = rows;

    public void SetTypes(int typeId)
    {
        foreach (ref var row in CollectionsMarshal.AsSpan(Rows))
            row = row with { TypeId = typeId };
    }

    public TokenSequence Copy() => new([.. Rows])
    {
        _sequences = new Dictionary<int, Range>(_sequences),
        Overflowing = [.. Overflowing.Select(part => part.Copy())],
    };

    /// <summary>Joins another sequence to this one; windows of the two are combined each with each.</summary>
    public void Append(TokenSequence other)
    {
        LimitWindows((long)(Overflowing.Count + 1) * (other.Overflowing.Count + 1), Rows.Count + other.Rows.Count);
        var overflowing = new List<TokenSequence>();
        foreach (var part in Overflowing)
        {
            overflowing.Add(Join(part, other));
            overflowing.AddRange(other.Overflowing.Select(otherPart => Join(part, otherPart)));
        }
        overflowing.AddRange(other.Overflowing.Select(otherPart => Join(this, otherPart)));

        foreach (var (number, rows) in other._sequences)
            _sequences[number] = Shift(rows, Rows.Count);
        Rows.AddRange(other.Rows);
        Overflowing = overflowing;
    }

    public TokenEncoding ToEncoding() => new(Rows, SequenceIds(), [.. Overflowing.Select(part => part.ToEncoding())]);

    private static TokenSequence Join(TokenSequence left, TokenSequence right)
    {
        var joined = left.Copy();
        joined.Append(right);
        return joined;
    }

    private static Range Shift(Range rows, int count) => (rows.Start.Value + count)..(rows.End.Value + count);

    // A sequence that nobody marked has all rows: so it is in the library that is followed here.
    private int?[] SequenceIds()
    {
        var ids = new int?[Rows.Count];
        for (var number = 0; number < Math.Max(1, _sequences.Count); number++)
            ids.AsSpan(_sequences.TryGetValue(number, out var rows) ? rows : ..Rows.Count).Fill(number);
        return ids;
    }
}
