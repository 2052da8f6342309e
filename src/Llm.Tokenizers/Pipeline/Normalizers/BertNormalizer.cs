using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>The clean-up of BERT (Devlin et al. 2018).</summary>
internal sealed class BertNormalizer(bool cleansText, bool isolatesChinese, bool? stripsAccents, bool lowercases) : TextNormalizer
{
    public static new BertNormalizer Read(JsonElement section) => new(
        section.Flag("clean_text"),
        section.Flag("handle_chinese_chars"),
        section.Find("strip_accents") is null ? null : section.Flag("strip_accents"),
        section.Flag("lowercase"));

    public override AlignedText Apply(AlignedText text)
    {
        if (cleansText)
            text = text.Filter(IsKept).Map(character => Rune.IsWhiteSpace(character) ? new Rune(' ') : character);
        if (isolatesChinese)
            text = IsolateChinese(text);
        if (stripsAccents ?? lowercases)
            text = UnicodeNormalizer.Nfd(text).Filter(character => !UnicodeData.IsNonspacingMark(character));
        return lowercases ? LowercaseNormalizer.Lowercase(text) : text;
    }

    public override JsonObject ToJson() => new()
    {
        ["type"] = "BertNormalizer",
        ["clean_text"] = cleansText,
        ["handle_chinese_chars"] = isolatesChinese,
        ["strip_accents"] = stripsAccents,
        ["lowercase"] = lowercases,
    };

    private static bool IsKept(Rune character) => character.Value switch
    {
        '\t' or '\n' or '\r' => true,
        0 or 0xFFFD => false,
        _ => !UnicodeData.IsOther(character),
    };

    private static AlignedText IsolateChinese(AlignedText text)
    {
        AlignedTextEditor? editor = null;
        var at = 0;
        foreach (var character in text.Text.EnumerateRunes())
        {
            if (IsChinese(character.Value))
            {
                editor ??= new AlignedTextEditor(text);
                editor.Keep(at - editor.Position);
                editor.InsertAhead(" ");
                editor.Keep(character.Utf16SequenceLength);
                editor.Insert(" ");
            }
            at += character.Utf16SequenceLength;
        }
        if (editor is null)
            return text;
        editor.Keep(at - editor.Position);
        return editor.ToText();
    }

    // The blocks of ideographs that the original names; later blocks are left out there too.
    private static bool IsChinese(int character) => character is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
