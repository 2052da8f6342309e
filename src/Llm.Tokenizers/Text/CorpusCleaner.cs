using System.Security.Cryptography;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Makes documents fit for training: drops metadata lines and surplus blank lines, leaves out what is too short, too long or there
/// already. One document is in memory at a time, and 16 bytes for each that was kept.
/// </summary>
public sealed class CorpusCleaner
{
    private readonly CorpusCleanerOptions _options;

    /// <summary>A cleaner with the given options.</summary>
    /// <exception cref="ArgumentException">The options do not make sense together.</exception>
    public CorpusCleaner(CorpusCleanerOptions? options = null)
    {
        _options = options ?? new CorpusCleanerOptions();
        _options.Validate();
    }

    /// <summary>The documents that are kept, cleaned, in their order; read as they are asked for.</summary>
    /// <param name="documents">Any documents.</param>
    /// <param name="progress">Hears after each document how many were kept and why others were not.</param>
    public IEnumerable<string> Clean(IEnumerable<string> documents, IProgress<CorpusCleaningProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return CleanEach(documents, progress);
    }

    /// <summary>
    /// One document without metadata lines and surplus blank lines; line ends become \n, and white space around the document goes.
    /// </summary>
    public string CleanText(string document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var cleaned = new StringBuilder(document.Length);
        var blankLines = 0;
        foreach (var line in document.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n'))
        {
            if (_options.MetadataLine?.IsMatch(line) == true)
                continue;
            blankLines = line.Length == 0 ? blankLines + 1 : 0;
            if (blankLines < 2 || !_options.JoinsBlankLines)
                cleaned.Append(line).Append('\n');
        }
        return cleaned.ToString().Trim();
    }

    /// <summary>How many words a text has: runs of characters between white space.</summary>
    internal static int CountWords(ReadOnlySpan<char> text)
    {
        var count = 0;
        var isInside = false;
        foreach (var character in text)
        {
            var isSpace = char.IsWhiteSpace(character);
            if (!isSpace && !isInside)
                count++;
            isInside = !isSpace;
        }
        return count;
    }

    private IEnumerable<string> CleanEach(IEnumerable<string> documents, IProgress<CorpusCleaningProgress>? progress)
    {
        var (beginnings, texts) = (new HashSet<UInt128>(), new HashSet<UInt128>());
        var counts = new CorpusCleaningProgress();
        foreach (var document in documents)
        {
            var text = CleanText(document);
            var words = CountWords(text);
            counts = counts with { Read = counts.Read + 1 };
            if (words < _options.MinWords)
                counts = counts with { TooShort = counts.TooShort + 1 };
            else if (words > _options.MaxWords)
                counts = counts with { TooLong = counts.TooLong + 1 };
            else if (!IsNew(text, beginnings, texts))
                counts = counts with { Duplicates = counts.Duplicates + 1 };
            else
            {
                counts = counts with { Kept = counts.Kept + 1 };
                yield return text;
            }
            progress?.Report(counts);
        }
    }

    private bool IsNew(string text, HashSet<UInt128> beginnings, HashSet<UInt128> texts)
    {
        var isNew = _options.DuplicatePrefix == 0 || beginnings.Add(Fingerprint(Begin(text, _options.DuplicatePrefix)));
        return (!_options.DropsEqualTexts || texts.Add(Fingerprint(Normalize(text)))) && isNew;
    }

    // Characters are code points, as in Python.
    private static string Begin(string text, int characters)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (characters-- == 0)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length];
    }

    private static string Normalize(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    private static UInt128 Fingerprint(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }
}
