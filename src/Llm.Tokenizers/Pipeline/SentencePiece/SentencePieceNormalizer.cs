using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// What SentencePiece does to a text before it is cut: rewriting rules, spaces, ▁. A character that is written for several stands for all
/// of them; of several that are written for one, the last stands for it, as in the reference.
/// </summary>
/// <param name="options">What the model file says.</param>
/// <param name="vocabulary">User-defined pieces are not rewritten; none if null.</param>
/// <param name="spacesAreSuffixes">The added space goes behind the text.</param>
/// <param name="onlyWholeTexts">The space is added only to what stands at the beginning of a text.</param>
internal sealed class SentencePieceNormalizer(
    PieceNormalization options, SentencePieceVocabulary? vocabulary, bool spacesAreSuffixes, bool onlyWholeTexts = false) : TextNormalizer
{
    private const char Space = ' ';
    private const char EscapedSpace = '▁';

    private readonly CharsMap? _map = options.CharsMap.Length == 0 ? null : CharsMap.Read(options.CharsMap);

    /// <summary>The same rules, but parts of a text that an added token stands before get no space.</summary>
    public SentencePieceNormalizer ForWholeTexts() => new(options, vocabulary, spacesAreSuffixes, onlyWholeTexts: true);

    public override AlignedText Apply(AlignedText text)
    {
        var given = text.Text;
        var read = 0;
        while (options.RemovesExtraSpaces && read < given.Length && Next(given.AsSpan(read), out var first) is var length && first is " ")
            read += length;
        if (read == given.Length)
            return text.WithText("", [], []);
        var written = new Written(given.Length);
        var isWhole = !onlyWholeTexts || text.Origin == 0;
        // Behind an added token, transformers puts "<unk>" before a part that starts with a space, so that one space stays.
        if (options.AddsDummyPrefix && !spacesAreSuffixes && (isWhole || read > 0))
            written.Add(Escape(Space), read);
        Rewrite(given, ref read, written);
        if (options.RemovesExtraSpaces)
            written.TrimEnd(Escape(Space), ref read);
        if (options.AddsDummyPrefix && spacesAreSuffixes)
            written.Add(Escape(Space), read);
        return written.ToText(text, read);
    }

    public override JsonObject ToJson() => throw new NotSupportedException(
        "SentencePiece normalizes by rules of its own, which tokenizer.json cannot state. Keep the .model file.");

    private void Rewrite(string given, ref int read, Written written)
    {
        var isAfterSpace = options.RemovesExtraSpaces;
        while (read < given.Length)
        {
            var length = Next(given.AsSpan(read), out var replacement);
            if (isAfterSpace)
                replacement = replacement.TrimStart(Space);
            foreach (var unit in replacement)
                written.Add(Escape(unit), read);
            if (!replacement.IsEmpty)
                isAfterSpace = options.RemovesExtraSpaces && replacement[^1] == Space;
            read += length;
        }
    }

    // How much of the text a rule or a character takes, and what it becomes.
    private int Next(ReadOnlySpan<char> text, out ReadOnlySpan<char> replacement)
    {
        if (vocabulary?.FindUserDefined(text).Length is > 0 and var length)
        {
            replacement = text[..length];
            return length;
        }
        if (_map?.FindLongest(text) is { Length: > 0 } rule)
        {
            replacement = rule.Replacement;
            return rule.Length;
        }
        Rune.DecodeFromUtf16(text, out _, out var width);
        replacement = text[..width];
        return width;
    }

    private char Escape(char unit) => unit == Space && options.EscapesSpaces ? EscapedSpace : unit;

    /// <summary>The text as far as it is written, and how much was read before each unit of it.</summary>
    private sealed class Written(int capacity)
    {
        private readonly StringBuilder _text = new(capacity + 1);
        private readonly List<int> _read = new(capacity + 1);

        public void Add(char unit, int read)
        {
            _text.Append(unit);
            _read.Add(read);
        }

        public void TrimEnd(char unit, ref int read)
        {
            while (_text.Length > 0 && _text[^1] == unit)
            {
                read = _read[^1];
                _read.RemoveAt(_read.Count - 1);
                _text.Length--;
            }
        }

        // A unit stands for what was read between it and the next one.
        public AlignedText ToText(AlignedText source, int read)
        {
            var (starts, ends) = (new int[_read.Count], new int[_read.Count]);
            for (var i = 0; i < starts.Length; i++)
            {
                starts[i] = PlaceOf(source, _read[i]);
                ends[i] = i + 1 < starts.Length ? PlaceOf(source, _read[i + 1]) : PlaceOf(source, read);
            }
            return source.WithText(_text.ToString(), starts, ends);
        }

        private static int PlaceOf(AlignedText source, int unit) =>
            unit < source.Text.Length ? source.StartOf(unit) : source.EndOf(source.Text.Length - 1);
    }
}
