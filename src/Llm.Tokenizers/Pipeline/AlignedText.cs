namespace Llm.Tokenizers;

/// <summary>
/// A text on its way to tokens: what normalizers and pre-tokenizers made of it, and for each of its characters the place it came from.
/// </summary>
internal sealed class AlignedText
{
    private readonly string _text;
    private readonly int[] _starts; // for each UTF-16 unit of the text, the place in the original that it stands for
    private readonly int[] _ends;

    /// <summary>A text of which each unit stands for itself.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where it stands in the original.</param>
    public AlignedText(string text, int start = 0)
    {
        (_text, _starts, _ends) = (text, new int[text.Length], new int[text.Length]);
        for (var i = 0; i < text.Length; i++)
            (_starts[i], _ends[i]) = (start + i, start + i + 1);
    }

    private AlignedText(string text, int[] starts, int[] ends) => (_text, _starts, _ends) = (text, starts, ends);

    /// <summary>The text as it is now.</summary>
    public string Text => _text;

    /// <summary>The place in the original, in UTF-16 units, that a part of the text stands for.</summary>
    public Range PlaceOf(int start, int length) => length == 0 ? default : _starts[start].._ends[start + length - 1];

    /// <summary>A part of the text.</summary>
    public AlignedText Slice(int start, int length) =>
        new(_text.Substring(start, length), _starts[start..(start + length)], _ends[start..(start + length)]);
}
