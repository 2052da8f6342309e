using System.IO.Compression;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// The Unicode data that Hugging Face's tokenizers 0.23.1 works with where .NET's own would give other results: it is of older versions
/// (normalization and scripts: 9, categories: 8), or .NET asks the operating system (lower case). Data/README.md tells where it comes from.
/// </summary>
internal sealed class UnicodeData
{
    private static readonly Lazy<UnicodeData> Shared = new(() => new UnicodeData());

    private readonly CodePointRanges _combiningClasses;
    private readonly Dictionary<int, int[]> _canonical;
    private readonly Dictionary<int, int[]> _compatible;
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly CodePointRanges _combiningMarks;
    private readonly CodePointRanges _nonspacingMarks;
    private readonly CodePointRanges _other;
    private readonly CodePointRanges _punctuation;
    private readonly int[] _scriptsOfHan;
    private readonly CodePointRanges _scripts;
    private readonly Dictionary<int, int[]> _lower;
    private readonly Dictionary<int, int[]> _folds;

    private UnicodeData()
    {
        using var resource = typeof(UnicodeData).Assembly.GetManifestResourceStream("unicode.deflate")!;
        using var unpacked = new DeflateStream(resource, CompressionMode.Decompress);
        using var numbers = new BinaryReader(new BufferedStream(unpacked));
        _combiningClasses = ReadRanges(numbers);
        _canonical = ReadMappings(numbers);
        _compatible = ReadMappings(numbers);
        foreach (var (composed, parts) in ReadMappings(numbers))
            _compositions[(parts[0], parts[1])] = composed;
        _combiningMarks = ReadRanges(numbers);
        _nonspacingMarks = ReadRanges(numbers);
        _other = ReadRanges(numbers);
        _punctuation = ReadRanges(numbers);
        _scriptsOfHan = [numbers.Read7BitEncodedInt(), numbers.Read7BitEncodedInt(), numbers.Read7BitEncodedInt()];
        _scripts = ReadRanges(numbers);
        _lower = ReadMappings(numbers);
        _folds = ReadMappings(numbers);
    }

    /// <summary>The full case folding of each character that another one folds to, or that folds to another (Unicode 16).</summary>
    public static IReadOnlyDictionary<int, int[]> CaseFolds => Shared.Value._folds;

    /// <summary>The lower case of a character (Unicode 16, each character on its own).</summary>
    public static Rune ToLower(Rune character)
    {
        if (character.IsAscii)
            return character.Value is >= 'A' and <= 'Z' ? new Rune(character.Value | 0x20) : character;
        return Shared.Value._lower.TryGetValue(character.Value, out var lower) ? new Rune(lower[0]) : character;
    }

    /// <summary>Any of Unicode's marks.</summary>
    public static bool IsCombiningMark(Rune character) => !character.IsAscii && Shared.Value._combiningMarks.Contains(character.Value);

    public static bool IsNonspacingMark(Rune character) => !character.IsAscii && Shared.Value._nonspacingMarks.Contains(character.Value);

    /// <summary>A control or format character, or one for private use.</summary>
    public static bool IsOther(Rune character) => Shared.Value._other.Contains(character.Value);

    public static bool IsPunctuation(Rune character) => Shared.Value._punctuation.Contains(character.Value);

    /// <summary>
    /// The number of a character's script, 0 for none; Hiragana, Katakana and the long vowel sign count as Han, a space as none.
    /// </summary>
    public static int ScriptOf(Rune character)
    {
        if (character.Value is ' ')
            return 0;
        var data = Shared.Value;
        var script = data._scripts[character.Value];
        return character.Value == 0x30FC || data._scriptsOfHan.Contains(script) ? data._scriptsOfHan[0] : script;
    }

    /// <summary>Canonical combining class; 0 starts a new sequence.</summary>
    public static int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : Shared.Value._combiningClasses[codePoint];

    /// <summary>What a character is made of, fully taken apart; empty if it is made of nothing else.</summary>
    public static ReadOnlySpan<int> Decompose(int codePoint, bool compatibly)
    {
        if (codePoint < 0xA0)
            return [];
        var data = Shared.Value;
        if (compatibly && data._compatible.TryGetValue(codePoint, out var parts))
            return parts;
        return data._canonical.TryGetValue(codePoint, out parts) ? parts : [];
    }

    /// <summary>The character that two others make; 0 if they make none.</summary>
    public static int Compose(int first, int second) => Shared.Value._compositions.GetValueOrDefault((first, second));

    private static CodePointRanges ReadRanges(BinaryReader numbers)
    {
        var count = numbers.Read7BitEncodedInt();
        var (starts, ends, values) = (new int[count], new int[count], new int[count]);
        for (var i = 0; i < count; i++)
        {
            starts[i] = (i == 0 ? 0 : ends[i - 1]) + numbers.Read7BitEncodedInt();
            ends[i] = starts[i] + numbers.Read7BitEncodedInt();
            values[i] = numbers.Read7BitEncodedInt();
        }
        return new CodePointRanges(starts, ends, values);
    }

    private static Dictionary<int, int[]> ReadMappings(BinaryReader numbers)
    {
        var count = numbers.Read7BitEncodedInt();
        var mappings = new Dictionary<int, int[]>(count);
        for (var (i, codePoint) = (0, 0); i < count; i++)
        {
            codePoint += numbers.Read7BitEncodedInt();
            var to = new int[numbers.Read7BitEncodedInt()];
            for (var j = 0; j < to.Length; j++)
                to[j] = numbers.Read7BitEncodedInt();
            mappings[codePoint] = to;
        }
        return mappings;
    }
}
