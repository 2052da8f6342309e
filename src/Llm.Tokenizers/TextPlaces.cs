using System.Text;

namespace Llm.Tokenizers;

/// <summary>Turns places in UTF-8 bytes into places in UTF-16 units.</summary>
internal static class TextPlaces
{
    /// <summary>Tokens that share the bytes of one character get the place of that whole character.</summary>
    /// <param name="places">In bytes of the part, ascending; replaced by ranges of the text.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="part">The part that the bytes spell.</param>
    /// <param name="prefix">Bytes before the part's first that stand for no text; they get the place of its first character.</param>
    public static void FromBytes(Span<Range> places, ReadOnlySpan<char> text, Range part, int prefix)
    {
        var offset = part.Start.Value;
        var starts = new Cursor(text[part]);
        var ends = new Cursor(text[part]);
        foreach (ref var place in places)
        {
            var (start, end) = (place.Start.Value - prefix, place.End.Value - prefix);
            var first = starts.MoveTo(Math.Max(start, 0)).Start.Value;
            var last = ends.MoveTo(Math.Max(end - 1, 0)).End.Value;
            place = (offset + first)..(offset + last);
        }
    }

    /// <summary>Leaves spaces at both ends of tokens out, as the rules of <see cref="PlaceTrimming"/> say.</summary>
    /// <param name="tokens">Ids and places.</param>
    /// <param name="first">The first token to look at.</param>
    /// <param name="utf8">The bytes of the ids.</param>
    /// <param name="keepsFirst">Whether one space at the start of the text stays.</param>
    public static void TrimSpaces(TokenBuffer tokens, int first, TokenBytes utf8, bool keepsFirst)
    {
        for (var i = first; i < tokens.Count; i++)
        {
            var bytes = utf8[tokens.Ids[i]];
            var (start, end) = (tokens.Places[i].Start.Value, tokens.Places[i].End.Value);
            var leading = bytes.Length - bytes.TrimStart((byte)' ').Length;
            var trailing = bytes.Length - bytes.TrimEnd((byte)' ').Length;
            if (leading > 0 && keepsFirst && (i == 0 || start == 0))
                leading--;
            start = Math.Min(start + leading, end);
            tokens.Places[i] = start..(trailing == bytes.Length ? start : Math.Max(end - trailing, start));
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
