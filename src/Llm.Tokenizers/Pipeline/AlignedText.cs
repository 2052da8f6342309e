using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// A text on its way to tokens: what normalizers and pre-tokenizers made of it, and for each of its characters the place it came from.
/// Places are those that Hugging Face's NormalizedString gives, in UTF-16 units. It never holds an unpaired surrogate.
/// </summary>
internal sealed partial class AlignedText
{
    private readonly int[]? _starts; // the place of each unit; null where unit i stands for the unit _first + i of the original
    private readonly int[]? _ends;
    private readonly int _first; // of the text's own units among those of _starts and _ends

    /// <summary>A text of which each unit stands for itself.</summary>
    /// <param name="text">The text; unpaired surrogates become U+FFFD.</param>
    /// <param name="start">Where it stands in the original.</param>
    public AlignedText(string text, int start = 0) : this(WithoutUnpairedSurrogates(text), null, null, start, start)
    {
    }

    private AlignedText(string text, int[]? starts, int[]? ends, int first, int origin) =>
        (Text, _starts, _ends, _first, Origin) = (text, starts, ends, first, origin);

    /// <summary>The text as it is now.</summary>
    public string Text { get; }

    /// <summary>Where the part of the original that this text was cut from starts; 0 marks the beginning of the original.</summary>
    public int Origin { get; }

    /// <summary>The place in the original, in UTF-16 units, that a part of the text stands for.</summary>
    public Range PlaceOf(int start, int length) => length == 0 ? default : StartOf(start)..EndOf(start + length - 1);

    /// <summary>A part of the text, which starts and ends between characters.</summary>
    public AlignedText Slice(int start, int length) =>
        new(Text.Substring(start, length), _starts, _ends, _first + start, length == 0 ? Origin : StartOf(start));

    /// <summary>Another text whose units stand for the same places as the units of this one.</summary>
    internal AlignedText WithText(string text) => new(text, _starts, _ends, _first, Origin);

    /// <summary>Another text of the same origin.</summary>
    internal AlignedText WithText(string text, int[] starts, int[] ends) => new(text, starts, ends, 0, Origin);

    internal int StartOf(int unit) => _starts is null ? _first + unit : _starts[_first + unit];

    internal int EndOf(int unit) => _ends is null ? _first + unit + 1 : _ends[_first + unit];

    private static string WithoutUnpairedSurrogates(string text)
    {
        var first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
            return text;
        var repaired = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // gives U+FFFD for a surrogate without its other half
            repaired.Append(rune);
        return repaired.ToString();
    }
}
