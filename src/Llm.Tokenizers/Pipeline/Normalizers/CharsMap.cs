using System.Buffers.Binary;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// SentencePiece's precompiled_charsmap: a double-array trie (Aoe 1989, as in the library Darts) over UTF-8, whose values are places in a
/// list of replacements that end with a zero byte.
/// </summary>
internal sealed class CharsMap
{
    private const int LongestEntry = 256; // in UTF-16 units: the links of a damaged trie may form a circle
    private const int LongestReplacement = 1024; // in bytes; the longest of SentencePiece's own rules has 33

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private CharsMap(uint[] units, byte[] replacements) => (_units, _replacements) = (units, replacements);

    /// <exception cref="FormatException">The sizes do not fit.</exception>
    public static CharsMap Read(byte[] map)
    {
        var size = map.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(map) : 0;
        if (size < 4 || size > map.Length - 4)
            throw new FormatException($"precompiled_charsmap of Precompiled has {map.Length} bytes, too few for a trie of {size} bytes.");
        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map.AsSpan(4 + 4 * i));
        var replacements = map[(4 + 4 * units.Length)..];
        for (int start = 0, length; start < replacements.Length; start += length + 1)
        {
            length = replacements.AsSpan(start).IndexOf((byte)0);
            length = length < 0 ? replacements.Length - start : length;
            if (length > LongestReplacement)
                throw new FormatException(
                    $"precompiled_charsmap has a replacement of {length} bytes; at most {LongestReplacement} are possible.");
        }
        return new CharsMap(units, replacements);
    }

    /// <summary>What replaces the shortest entry that starts <paramref name="text"/>; null if none does.</summary>
    public string? Find(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var node = Offset(_units[0]);
        foreach (var character in text.EnumerateRunes())
        {
            foreach (var label in utf8[..character.EncodeToUtf8(utf8)])
            {
                node ^= label;
                if (label == 0 || node >= _units.Length || Label(_units[node]) != label)
                    return null;
                var hasValue = ((_units[node] >> 8) & 1) != 0;
                node ^= Offset(_units[node]);
                if (hasValue)
                    return node < _units.Length ? ReplacementAt(_units[node] & int.MaxValue) : null;
            }
        }
        return null;
    }

    /// <summary>The longest entry that starts <paramref name="text"/>, and what replaces it; its length is 0 if none does.</summary>
    public (int Length, string Replacement) FindLongest(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var (node, read, found, value) = (Offset(_units[0]), 0, 0, 0u);
        foreach (var character in text[..Math.Min(text.Length, LongestEntry)].EnumerateRunes())
        {
            var hasValue = false;
            foreach (var label in utf8[..character.EncodeToUtf8(utf8)])
            {
                node ^= label;
                if (label == 0 || node >= _units.Length || Label(_units[node]) != label)
                    return (found, found > 0 ? ReplacementAt(value) ?? "" : "");
                hasValue = ((_units[node] >> 8) & 1) != 0;
                node ^= Offset(_units[node]);
            }
            read += character.Utf16SequenceLength;
            if (hasValue && node < _units.Length)
                (found, value) = (read, _units[node] & int.MaxValue);
        }
        return (found, found > 0 ? ReplacementAt(value) ?? "" : "");
    }

    private string? ReplacementAt(uint start)
    {
        if (start > _replacements.Length)
            return null;
        var rest = _replacements.AsSpan((int)start);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static uint Label(uint unit) => unit & (1u << 31 | 0xFF);

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);
}
