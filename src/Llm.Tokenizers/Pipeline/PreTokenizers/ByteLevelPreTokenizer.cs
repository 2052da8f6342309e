using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>GPT-2's pieces, spelled in byte symbols.</summary>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, bool trimsOffsets, bool usesRegex) : TextPreTokenizer
{
    public static new ByteLevelPreTokenizer Read(JsonElement section) =>
        new(section.Flag("add_prefix_space"), section.Flag("trim_offsets"), section.Flag("use_regex", ifMissing: true));

    public override void Split(AlignedText text, List<AlignedText> pieces)
    {
        if (addsPrefixSpace && !text.Text.StartsWith(' '))
            text = text.Prepend(" ");
        var first = pieces.Count;
        if (usesRegex)
            SplitBehavior.Isolated.Split(text, SplitPattern.Gpt2.FindMatches(text.Text), inverts: false, pieces);
        else if (text.Text.Length > 0)
            pieces.Add(text);
        for (var i = first; i < pieces.Count; i++)
            pieces[i] = ByteLevelNormalizer.SpellBytes(pieces[i]);
    }

    public override JsonObject ToJson() => ToJson(addsPrefixSpace, trimsOffsets, usesRegex);

    public static JsonObject ToJson(bool addsPrefixSpace, bool trimsOffsets, bool usesRegex) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addsPrefixSpace,
        ["trim_offsets"] = trimsOffsets,
        ["use_regex"] = usesRegex,
    };
}
