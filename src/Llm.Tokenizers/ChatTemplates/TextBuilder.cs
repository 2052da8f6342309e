using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A text in the making that counts its memory.</summary>
internal sealed class TextBuilder(Rendering rendering, int maxLength = int.MaxValue / 4)
{
    private readonly StringBuilder _text = new();

    public Rendering Rendering { get; } = rendering;

    public int Length => _text.Length;

    public TextBuilder Append(char unit)
    {
        Grow(1);
        _text.Append(unit);
        return this;
    }

    public TextBuilder Append(ReadOnlySpan<char> text)
    {
        Grow(text.Length);
        _text.Append(text);
        return this;
    }

    public TextBuilder Repeat(string text, long count)
    {
        if (text.Length == 0 || count <= 0)
            return this;
        Grow(Chars.Times(text.Length, count));
        _text.Insert(_text.Length, text, (int)count);
        return this;
    }

    public override string ToString() => _text.ToString();

    public Text ToText()
    {
        Rendering.Allocate(2L * _text.Length);
        return new Text(_text.ToString());
    }

    // The whole output may be long, a captured part not longer.
    private void Grow(long count)
    {
        Rendering.Allocate(2 * count);
        if (_text.Length + count > maxLength)
            throw Fault.Limit($"The text is longer than {maxLength} characters (MaxOutputLength).");
    }
}
