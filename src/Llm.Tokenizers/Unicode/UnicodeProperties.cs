using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// The properties that regular expressions name, with all their names, as Oniguruma 6.9.10 knows them (Unicode 16): categories, scripts,
/// blocks and others. Data/README.md tells where they come from.
/// </summary>
internal sealed class UnicodeProperties
{
    private static readonly Lazy<UnicodeProperties> Shared = new(() => new UnicodeProperties());
    private static readonly ConcurrentDictionary<int, CodePointSet> Sets = new();

    private readonly int[][] _distances; // of each set: gap, length, gap, length, …
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>
    /// The characters of \w and \b outside of classes. Oniguruma takes superscripts and fractions of Latin-1 for word characters there,
    /// as it has a table of its own for the first 256 code points.
    /// </summary>
    public static CodePointSet Word { get; } = Get("word").Union(CodePointSet.Of(0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE));

    private UnicodeProperties()
    {
        using var resource = typeof(UnicodeProperties).Assembly.GetManifestResourceStream("unicode-properties.deflate")!;
        using var unpacked = new DeflateStream(resource, CompressionMode.Decompress);
        using var numbers = new BinaryReader(new BufferedStream(unpacked));
        _distances = new int[numbers.Read7BitEncodedInt()][];
        for (var i = 0; i < _distances.Length; i++)
        {
            _distances[i] = new int[2 * numbers.Read7BitEncodedInt()];
            for (var j = 0; j < _distances[i].Length; j++)
                _distances[i][j] = numbers.Read7BitEncodedInt();
        }
        for (var left = numbers.Read7BitEncodedInt(); left > 0; left--)
        {
            var name = Encoding.ASCII.GetString(numbers.ReadBytes(numbers.Read7BitEncodedInt()));
            _numbers[name] = numbers.Read7BitEncodedInt();
        }
    }

    /// <summary>The code points that have a property; null if there is no property of that name.</summary>
    /// <param name="name">Any of its names; case, spaces, '-' and '_' do not count.</param>
    public static CodePointSet? Find(string name)
    {
        var key = string.Concat(name.Where(letter => letter is not (' ' or '-' or '_'))).ToLowerInvariant();
        return Shared.Value._numbers.TryGetValue(key, out var number) ? Sets.GetOrAdd(number, MakeSet) : null;
    }

    public static CodePointSet Get(string name) =>
        Find(name) ?? throw new ArgumentException($"No property is called {name}.", nameof(name));

    private static CodePointSet MakeSet(int number)
    {
        var distances = Shared.Value._distances[number];
        var ranges = new List<(int, int)>(distances.Length / 2);
        for (var (i, at) = (0, 0); i < distances.Length; i += 2)
        {
            var start = at + distances[i];
            at = start + distances[i + 1];
            ranges.Add((start, at - 1));
        }
        return CodePointSet.OfRanges(ranges);
    }
}
