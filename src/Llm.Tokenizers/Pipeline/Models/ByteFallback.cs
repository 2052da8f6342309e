using System.Globalization;

namespace Llm.Tokenizers;

/// <summary>The tokens &lt;0x00&gt; to &lt;0xFF&gt;, which stand for the bytes of characters that a vocabulary lacks.</summary>
internal sealed class ByteFallback
{
    private const int Missing = -1;

    private readonly int[] _ids = new int[256];

    /// <param name="find">The id of a token; null where there is none.</param>
    public ByteFallback(Func<string, int?> find)
    {
        for (var value = 0; value < _ids.Length; value++)
            _ids[value] = find(NameOf((byte)value)) ?? Missing;
    }

    /// <summary>The 256 tokens, in the order of their bytes.</summary>
    public static IEnumerable<string> Names => Enumerable.Range(0, 256).Select(value => NameOf((byte)value));

    /// <summary>The token of a byte, as vocabularies spell it.</summary>
    public static string NameOf(byte value) => $"<0x{value:X2}>";

    /// <summary>The byte that a token stands for; null where it stands for none.</summary>
    public static byte? ByteOf(ReadOnlySpan<char> token) =>
        token is ['<', '0', 'x', _, _, '>'] && token[3..5].IndexOfAnyInRange('a', 'f') < 0
        && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;

    public int this[byte value] => _ids[value];

    /// <summary>Whether each of the bytes has a token.</summary>
    public bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_ids[value] == Missing)
                return false;
        }
        return true;
    }
}
