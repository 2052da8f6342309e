namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A text. Lengths, indices and slices count whole characters (code points), as in Python, not UTF-16 units.</summary>
/// <param name="content">The text.</param>
/// <param name="isMarkup">
/// Whether it is HTML already: joined to other text by +, it makes that HTML too (the filters escape and safe).
/// </param>
internal sealed class Text(string content, bool isMarkup = false) : Value
{
    private const int CharacterSize = 64; // of a text of one character, in bytes

    private int _length = -1;

    public static Text Empty { get; } = new("");

    public string Content { get; } = content;

    public bool IsMarkup { get; } = isMarkup;

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override string ObjectName => IsMarkup ? "markupsafe.Markup object" : "str object";

    public override bool IsTrue => Content.Length > 0;

    public override int? Length => Count;

    /// <summary>How many characters.</summary>
    public int Count => _length >= 0 ? _length : _length = Chars.Count(Content);

    public override bool HasItems => true;

    /// <summary>A text of the same kind, HTML or not.</summary>
    public Text With(string other) => new(other, IsMarkup);

    public override IEnumerable<Value> Iterate(Rendering rendering)
    {
        for (var i = 0; i < Content.Length;)
        {
            var width = Chars.WidthAt(Content, i);
            rendering.Allocate(CharacterSize);
            yield return new Text(Content.Substring(i, width)); // plain, HTML or not
            i += width;
        }
    }

    public override Value? FindItem(Rendering rendering, Value key)
    {
        if (!Conversions.TryIndex(key, Count, out var index))
            return null;
        rendering.Scan(Count == Content.Length ? 0 : Content.Length);
        var start = Chars.OffsetOf(Content, index, Count);
        return With(Content.Substring(start, Chars.WidthAt(Content, start)));
    }

    public override Value? FindAttribute(Rendering rendering, string name) => TextMethods.Find(this, name);

    public override void Print(TextBuilder text)
    {
        if (IsMarkup)
            text.Append("Markup(");
        Quoting.Append(text, Content);
        if (IsMarkup)
            text.Append(')');
    }

    public override Text ToText(Rendering rendering) => IsMarkup ? new Text(Content) : this;
}
