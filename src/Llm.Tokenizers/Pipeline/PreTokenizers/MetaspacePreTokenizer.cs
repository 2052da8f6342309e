using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Writes spaces as ▁, with one before the text if asked, and starts a piece at each.</summary>
internal sealed class MetaspacePreTokenizer(Metaspace options) : TextPreTokenizer
{
    private static readonly TextPattern Space = TextPattern.FromString(" ");

    private readonly string _replacement = options.Replacement.ToString();

    public override void Split(AlignedText text, List<AlignedText> pieces)
    {
        text = text.Replace(Space, _replacement);
        if (Prepends(text))
            text = text.Prepend(_replacement);
        var spaces = CharacterPreTokenizer.Matches(text.Text, character => character == options.Replacement);
        if (options.Splits)
            SplitBehavior.MergedWithNext.Split(text, spaces, inverts: false, pieces);
        else if (text.Text.Length > 0)
            pieces.Add(text);
    }

    public override JsonObject ToJson() => options.ToJson();

    private bool Prepends(AlignedText text) => options.PrependScheme switch
    {
        Metaspace.Always => true,
        Metaspace.First => text.Origin == 0,
        _ => false,
    } && !text.Text.StartsWith(_replacement, StringComparison.Ordinal);
}
