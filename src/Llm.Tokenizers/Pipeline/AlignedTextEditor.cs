using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Writes a new text from left to right while it reads an old one, and finds the place of each written character by the rules of Hugging
/// Face's NormalizedString::transform.
/// </summary>
internal sealed class AlignedTextEditor(AlignedText source)
{
    private char[] _text = new char[source.Text.Length + 16];
    private int[]? _starts; // null as long as each written unit stands where it stood
    private int[]? _ends;
    private int _length;

    /// <summary>How many units of the old text are read.</summary>
    public int Position { get; private set; }

    /// <summary>Copies units of the old text.</summary>
    public void Keep(int length)
    {
        Reserve(length);
        source.Text.CopyTo(Position, _text, _length, length);
        if (_starts is not null)
        {
            for (var i = 0; i < length; i++)
                (_starts[_length + i], _ends![_length + i]) = (source.StartOf(Position + i), source.EndOf(Position + i));
        }
        (_length, Position) = (_length + length, Position + length);
    }

    /// <summary>Leaves units of the old text out.</summary>
    public void Skip(int length)
    {
        if (length > 0)
            TrackPlaces();
        Position += length;
    }

    /// <summary>Writes a character instead of the next one of the old text.</summary>
    public void Replace(Rune character)
    {
        var replaced = CharacterLength(Position);
        if (character.Utf16SequenceLength != replaced)
            TrackPlaces();
        Write(character, Position, replaced);
        Position += replaced;
    }

    /// <summary>Writes a text that stands for the last character read.</summary>
    public void Insert(string text)
    {
        var length = Position == 0 ? 0 : CharacterLengthBefore(Position);
        TrackPlaces();
        foreach (var character in text.EnumerateRunes())
            Write(character, Position - length, length);
    }

    /// <summary>Writes a text that stands for the next character, which is not read yet.</summary>
    public void InsertAhead(string text)
    {
        TrackPlaces();
        foreach (var character in text.EnumerateRunes())
            Write(character, Position, CharacterLength(Position));
    }

    /// <summary>
    /// Writes a character: one that stands for the last character read if <paramref name="change"/> is 1; else one that replaces the next
    /// character, behind which -<paramref name="change"/> characters are left out.
    /// </summary>
    public void Write(Rune character, int change)
    {
        if (change > 0)
        {
            var length = Position == 0 ? 0 : CharacterLengthBefore(Position);
            TrackPlaces();
            Write(character, Position - length, length);
            return;
        }
        Replace(character);
        for (; change < 0; change++)
            Skip(CharacterLength(Position));
    }

    /// <summary>The text written. What of the old one is not read is left out.</summary>
    public AlignedText ToText()
    {
        var text = new string(_text, 0, _length);
        return _starts is null ? source.WithText(text) : source.WithText(text, _starts, _ends!);
    }

    private int CharacterLength(int start) => char.IsHighSurrogate(source.Text[start]) ? 2 : 1;

    private int CharacterLengthBefore(int end) => char.IsLowSurrogate(source.Text[end - 1]) ? 2 : 1;

    // A character before the first one stands for the empty place where the text begins.
    private void Write(Rune character, int placeStart, int placeLength)
    {
        Reserve(2);
        var written = character.EncodeToUtf16(_text.AsSpan(_length));
        if (_starts is not null)
        {
            var (start, end) = placeLength == 0
                ? (source.Origin, source.Origin)
                : (source.StartOf(placeStart), source.EndOf(placeStart + placeLength - 1));
            for (var i = _length; i < _length + written; i++)
                (_starts[i], _ends![i]) = (start, end);
        }
        _length += written;
    }

    private void TrackPlaces()
    {
        if (_starts is not null)
            return;
        (_starts, _ends) = (new int[_text.Length], new int[_text.Length]);
        for (var i = 0; i < _length; i++)
            (_starts[i], _ends[i]) = (source.StartOf(i), source.EndOf(i));
    }

    private void Reserve(int length)
    {
        if (_length + length <= _text.Length)
            return;
        var capacity = Math.Max(2 * _text.Length, _length + length);
        Array.Resize(ref _text, capacity);
        if (_starts is not null)
        {
            Array.Resize(ref _starts, capacity);
            Array.Resize(ref _ends, capacity);
        }
    }
}
