using System.Runtime.InteropServices;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>The different pieces of a training text, in the order of their first appearance, with how often each occurs.</summary>
internal sealed class PieceCounts
{
    private readonly List<byte> _bytes = [];
    private readonly List<int> _ends = [];
    private readonly List<long> _counts = [];

    /// <summary>How many different pieces there are.</summary>
    public int Count => _ends.Count;

    /// <summary>Bytes of all different pieces together.</summary>
    public int Length => _bytes.Count;

    /// <summary>The bytes of a piece.</summary>
    public ReadOnlySpan<byte> this[int index] => CollectionsMarshal.AsSpan(_bytes)[(index == 0 ? 0 : _ends[index - 1]).._ends[index]];

    public long CountOf(int index) => _counts[index];

    /// <exception cref="ArgumentException">There is no room for the piece.</exception>
    public void Add(ReadOnlySpan<byte> piece, long count)
    {
        if (piece.Length > Array.MaxLength - _bytes.Count)
            throw TooLong();
        _bytes.AddRange(piece);
        _ends.Add(_bytes.Count);
        _counts.Add(count);
    }

    /// <summary>What is thrown where pieces do not fit into memory.</summary>
    public static ArgumentException TooLong() => new(
        $"The different pieces of the text are longer than {Array.MaxLength} bytes together. Train on a part of it.");

    /// <summary>The pieces as text.</summary>
    public IEnumerable<(string Text, long Count)> ToWords()
    {
        for (var piece = 0; piece < Count; piece++)
            yield return (Encoding.UTF8.GetString(this[piece]), CountOf(piece));
    }

    /// <summary>Code point → how often it occurs in the text.</summary>
    public Dictionary<int, long> CountCharacters()
    {
        var characters = new Dictionary<int, long>();
        for (var piece = 0; piece < Count; piece++)
        {
            for (var rest = this[piece]; rest.Length > 0;)
            {
                Rune.DecodeFromUtf8(rest, out var rune, out var length);
                CollectionsMarshal.GetValueRefOrAddDefault(characters, rune.Value, out _) += CountOf(piece);
                rest = rest[length..];
            }
        }
        return characters;
    }
}
