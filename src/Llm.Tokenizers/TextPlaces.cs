using System.Text;

namespace Llm.Tokenizers;

/// <summary>Turns places in UTF-8 bytes into places in UTF-16 units.</summary>
internal static class TextPlaces
{
    /// <summary>Tokens that share the bytes of one character get the place of that whole character.</summary>
    /// <param name="places">In bytes of the part, ascending; replaced by ranges of the text.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="part">The part that the bytes spell.</param>
    /// <param name="prefix">Bytes before the part's first that stand for no text.</param>
    public static void FromBytes(Span<Range> places, ReadOnlySpan<char> text, Range part, int prefix)
    {
        var offset = part.Start.Value;
        var starts = new Cursor(text[part]);
        var ends = new Cursor(text[part]);
        foreach (ref var place in places)
        {
            var (start, end) = (place.Start.Value - prefix, place.End.Value - prefix);
            var from = offset + starts.MoveTo(Math.Max(start, 0)).Start.Value;
            place = end <= 0 ? from..from : from..(offset + ends.MoveTo(end - 1).End.Value);
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
