using System.Text;

namespace Llm.Tokenizers;

/// <summary>Turns places in UTF-8 bytes into places in UTF-16 units.</summary>
internal static class TextPlaces
{
    /// <summary>Tokens that share the bytes of one character get the place of that whole character.</summary>
    /// <param name="places">In bytes of the part, ascending; replaced by ranges of the text.</param>
    /// <param name="part">The part of a text that the bytes spell.</param>
    /// <param name="offset">Where in the text it stands.</param>
    /// <param name="prefix">Bytes before the part's first that stand for no text; they get the place of its first character.</param>
    public static void FromBytes(Span<Range> places, ReadOnlySpan<char> part, int offset, int prefix)
    {
        var starts = new Cursor(part);
        var ends = new Cursor(part);
        foreach (ref var place in places)
        {
            var (start, end) = (place.Start.Value - prefix, place.End.Value - prefix);
            var first = starts.MoveTo(Math.Max(start, 0)).Start.Value;
            var last = ends.MoveTo(Math.Max(end - 1, 0)).End.Value;
            place = (offset + first)..(offset + last);
        }
    }

    private ref struct Cursor(ReadOnlySpan<char> text)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _char;
        private int _byte;

        /// <summary>The place of the character that holds a byte, which must not lie before that of the last call.</summary>
        public Range MoveTo(int at)
        {
            while (_char < _text.Length)
            {
                Rune.DecodeFromUtf16(_text[_char..], out var rune, out var units); // an unpaired surrogate gives U+FFFD
                if (_byte + rune.Utf8SequenceLength > at)
                    return _char..(_char + units);
                _byte += rune.Utf8SequenceLength;
                _char += units;
            }
            return _char.._char;
        }
    }
}
