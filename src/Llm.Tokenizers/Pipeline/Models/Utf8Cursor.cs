using System.Text;

namespace Llm.Tokenizers;

/// <summary>Walks through a text and tells which character, in UTF-16 units, holds a byte of its UTF-8 form.</summary>
internal ref struct Utf8Cursor
{
    private readonly ReadOnlySpan<char> _text;
    private int _unit; // of the character
    private int _unitCount;
    private int _byte;
    private int _byteCount;

    /// <param name="text">Unpaired surrogates count as U+FFFD.</param>
    public Utf8Cursor(ReadOnlySpan<char> text)
    {
        _text = text;
        Read();
    }

    /// <summary>The character with a byte that does not stand before the last one asked for; beyond the end, the last character.</summary>
    public (int Start, int End) MoveTo(int position)
    {
        while (position >= _byte + _byteCount && _unit + _unitCount < _text.Length)
        {
            (_unit, _byte) = (_unit + _unitCount, _byte + _byteCount);
            Read();
        }
        return (_unit, _unit + _unitCount);
    }

    private void Read()
    {
        Rune.DecodeFromUtf16(_text[_unit..], out var rune, out _unitCount);
        _byteCount = rune.Utf8SequenceLength;
    }
}
