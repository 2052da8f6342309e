using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// How a text is cut into the pieces that byte-pair encoding merges within: the regular expression of a well-known tokenizer, run by hand
/// over UTF-8, or any other one. Classes are those of whole code points.
/// </summary>
public abstract class SplitPattern
{
    private const string Gpt2Regex = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Gpt2CompactRegex = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Gpt2PossessiveRegex = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s";
    private const string Cl100kRegex =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Cl100kPossessiveRegex =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
    // tiktoken's form. The plus sign behind {1,3} forbids giving back there; Oniguruma would repeat the three digits.
    private const string TiktokenCl100kRegex =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";
    private const string NanochatRegex =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
    private const string Qwen2Regex =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string O200kRegex =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private protected SplitPattern(string name, string? regex) => (Name, Regex) = (name, regex);

    /// <summary>GPT-2's, which r50k_base and RoBERTa share.</summary>
    public static SplitPattern Gpt2 { get; } = new ScannedPattern<Gpt2Scanner>("gpt2", Gpt2Regex);

    /// <summary>GPT-4's (cl100k_base), which Llama 3 shares: at most three digits together.</summary>
    public static SplitPattern Cl100k { get; } = new ScannedPattern<Cl100kScanner<ThreeDigits>>("cl100k", Cl100kRegex);

    /// <summary>nanochat's: cl100k with at most two digits together.</summary>
    public static SplitPattern Nanochat { get; } = new ScannedPattern<Cl100kScanner<TwoDigits>>("nanochat", NanochatRegex);

    /// <summary>Qwen2's: cl100k with single digits.</summary>
    public static SplitPattern Qwen2 { get; } = new ScannedPattern<Cl100kScanner<OneDigit>>("qwen2", Qwen2Regex);

    /// <summary>GPT-4o's (o200k_base): cl100k, but words are cut where lower case ends, and keep their contractions.</summary>
    public static SplitPattern O200k { get; } = new ScannedPattern<O200kScanner>("o200k", O200kRegex);

    /// <summary>No split: merges may reach over the whole text, as in minbpe's BasicTokenizer.</summary>
    public static SplitPattern None { get; } = new ScannedPattern<WholeTextScanner>("none", null);

    /// <summary>Single characters, for counting them.</summary>
    internal static SplitPattern Characters { get; } = new ScannedPattern<CharacterScanner>("characters", null);

    /// <summary>Short name: gpt2, cl100k, nanochat, qwen2, o200k, none, or regex for any other pattern.</summary>
    public string Name { get; }

    /// <summary>The regular expression, as Hugging Face and tiktoken write it; null where the text is not split.</summary>
    public string? Regex { get; }

    /// <summary>How far the pattern looks: a piece that ends so many bytes before the end ends there whatever follows.</summary>
    internal abstract int Lookahead { get; }

    /// <summary>Whether every character of every text is part of a match.</summary>
    internal abstract bool MatchesEverything { get; }

    /// <summary>
    /// The pattern that a regular expression describes. Well-known ones are recognized in the spellings of Hugging Face and tiktoken; any
    /// other one is read in Oniguruma's syntax, as in tokenizer.json, and what it does not match is a piece as well.
    /// </summary>
    /// <exception cref="FormatException">The expression is malformed.</exception>
    /// <exception cref="NotSupportedException">The expression uses something that is not supported: back-references, calls, callouts,
    /// conditions, absent functions or text segments.</exception>
    public static SplitPattern FromRegex(string regex)
    {
        ArgumentNullException.ThrowIfNull(regex);
        return regex == TiktokenCl100kRegex ? Cl100k : FromOniguruma(regex);
    }

    /// <summary>The pattern as tokenizer.json means it.</summary>
    internal static SplitPattern FromOniguruma(string regex) => regex switch
    {
        Gpt2Regex or Gpt2CompactRegex or Gpt2PossessiveRegex => Gpt2,
        Cl100kRegex or Cl100kPossessiveRegex => Cl100k,
        NanochatRegex => Nanochat,
        Qwen2Regex => Qwen2,
        O200kRegex => O200k,
        _ => new RegexPattern(regex),
    };

    /// <summary>
    /// Whether a piece always ends between a letter and a space or line end before another letter, so that a long text may be cut there.
    /// </summary>
    internal virtual bool CutsBetweenWords => false;

    /// <summary>The name of the pattern.</summary>
    public override string ToString() => Name;

    /// <summary>
    /// Writes the byte lengths of the pieces from <paramref name="text"/> on into <paramref name="lengths"/> until it is full or
    /// <paramref name="end"/> is reached, and returns their number. Zero bytes must follow the text (<see cref="UnicodeClasses.Padding"/>).
    /// A pattern may look back to <paramref name="start"/>, where the text as a whole begins.
    /// </summary>
    internal abstract unsafe int Split(byte* start, byte* text, byte* end, Span<int> lengths);

    /// <summary>The matches of the pattern, from left to right, in UTF-16 units. The text holds no unpaired surrogate.</summary>
    internal abstract List<(int Start, int Length)> FindMatches(string text);

    private sealed class ScannedPattern<TScanner>(string name, string? regex) : SplitPattern(name, regex)
        where TScanner : struct, IPieceScanner
    {
        internal override int Lookahead => 8;

        internal override bool MatchesEverything => true;

        internal override bool CutsBetweenWords => typeof(TScanner) != typeof(WholeTextScanner);

        internal override unsafe int Split(byte* start, byte* text, byte* end, Span<int> lengths)
        {
            var count = 0;
            while (count < lengths.Length && text < end)
            {
                var next = TScanner.Next(text, end);
                lengths[count++] = (int)(next - text);
                text = next;
            }
            return count;
        }

        internal override unsafe List<(int Start, int Length)> FindMatches(string text)
        {
            var matches = new List<(int, int)>();
            using var utf8 = ByteBuffer.Rent();
            utf8.Advance(Encoding.UTF8.GetBytes(text, utf8.Reserve(Encoding.UTF8.GetByteCount(text))));
            utf8.Reserve(UnicodeClasses.Padding).Clear();
            fixed (byte* start = utf8.Written)
            {
                var end = start + utf8.Written.Length;
                var at = 0;
                for (byte* piece = start, next; piece < end; piece = next)
                {
                    next = TScanner.Next(piece, end);
                    var length = Encoding.UTF8.GetCharCount(piece, (int)(next - piece));
                    matches.Add((at, length));
                    at += length;
                }
            }
            return matches;
        }
    }
}
