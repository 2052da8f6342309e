using System.Text;

namespace Llm.Tokenizers;

internal sealed partial class AlignedText
{
    /// <summary>The characters for which <paramref name="keeps"/> is true.</summary>
    public AlignedText Filter(Func<Rune, bool> keeps)
    {
        AlignedTextEditor? editor = null;
        var at = 0;
        foreach (var character in Text.EnumerateRunes())
        {
            if (!keeps(character))
            {
                editor ??= new AlignedTextEditor(this);
                editor.Keep(at - editor.Position);
                editor.Skip(character.Utf16SequenceLength);
            }
            at += character.Utf16SequenceLength;
        }
        return Finish(editor);
    }

    /// <summary>The text with each character replaced by another.</summary>
    public AlignedText Map(Func<Rune, Rune> map)
    {
        AlignedTextEditor? editor = null;
        var at = 0;
        foreach (var character in Text.EnumerateRunes())
        {
            if (map(character) is var other && other != character)
            {
                editor ??= new AlignedTextEditor(this);
                editor.Keep(at - editor.Position);
                editor.Replace(other);
            }
            at += character.Utf16SequenceLength;
        }
        return Finish(editor);
    }

    /// <summary>The text with another before it, unless it is empty.</summary>
    public AlignedText Prepend(string text)
    {
        if (Text.Length == 0 || text.Length == 0)
            return this;
        var editor = new AlignedTextEditor(this);
        editor.InsertAhead(text);
        return Finish(editor);
    }

    /// <summary>The text with each match of a pattern replaced by <paramref name="content"/>.</summary>
    public AlignedText Replace(TextPattern pattern, string content)
    {
        AlignedTextEditor? editor = null;
        foreach (var (start, length) in pattern.FindMatches(Text))
        {
            editor ??= new AlignedTextEditor(this);
            editor.Keep(start - editor.Position);
            if (length == 1 && content.Length == 1)
            {
                editor.Replace(new Rune(content[0]));
                continue;
            }
            editor.Skip(length);
            editor.Insert(content);
        }
        return Finish(editor);
    }

    /// <summary>The text without whitespace at its ends.</summary>
    public AlignedText Strip(bool left, bool right)
    {
        var start = left ? Text.Length - Text.AsSpan().TrimStart().Length : 0;
        var end = right ? Math.Max(start, Text.AsSpan().TrimEnd().Length) : Text.Length;
        if (start == 0 && end == Text.Length)
            return this;
        var editor = new AlignedTextEditor(this);
        editor.Skip(start);
        editor.Keep(end - start);
        return editor.ToText();
    }

    private AlignedText Finish(AlignedTextEditor? editor)
    {
        if (editor is null)
            return this;
        editor.Keep(Text.Length - editor.Position);
        return editor.ToText();
    }
}
