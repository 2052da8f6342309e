using System.Text;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Lower case, each character on its own: Σ always becomes σ, İ becomes i and a dot.</summary>
internal sealed class LowercaseNormalizer : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => Lowercase(text);

    public override JsonObject ToJson() => new() { ["type"] = "Lowercase" };

    public static AlignedText Lowercase(AlignedText text)
    {
        if (!text.Text.Contains('İ'))
            return text.Map(UnicodeData.ToLower);
        var editor = new AlignedTextEditor(text);
        foreach (var character in text.Text.EnumerateRunes())
        {
            editor.Replace(UnicodeData.ToLower(character));
            if (character.Value == 'İ')
                editor.Insert("\u0307");
        }
        return editor.ToText();
    }
}

/// <summary>Leaves combining marks out; accents on composed letters stay.</summary>
internal sealed class StripAccentsNormalizer : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => text.Filter(character => !UnicodeData.IsCombiningMark(character));

    public override JsonObject ToJson() => new() { ["type"] = "StripAccents" };
}

/// <summary>Leaves out whitespace at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => text.Strip(left, right);

    public override JsonObject ToJson() => new() { ["type"] = "Strip", ["strip_left"] = left, ["strip_right"] = right };
}

/// <summary>Writes a string before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => text.Prepend(prefix);

    public override JsonObject ToJson() => new() { ["type"] = "Prepend", ["prepend"] = prefix };
}

/// <summary>Replaces each match of a pattern by a string, which is taken as it is.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => text.Replace(pattern, content);

    public override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };
}

/// <summary>The clean-up of NMT models: control characters go, other white and invisible characters become spaces.</summary>
internal sealed class NmtNormalizer : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) =>
        text.Filter(IsKept).Map(character => IsSpace(character) ? new Rune(' ') : character);

    public override JsonObject ToJson() => new() { ["type"] = "Nmt" };

    private static bool IsKept(Rune character) => character.Value is not
        ((>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F);

    private static bool IsSpace(Rune character) => character.Value is
        '\t' or '\n' or '\f' or '\r' or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD;
}

/// <summary>Spells the UTF-8 bytes of a text in GPT-2's byte symbols.</summary>
internal sealed class ByteLevelNormalizer : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => SpellBytes(text);

    public override JsonObject ToJson() => new() { ["type"] = "ByteLevel" };

    /// <summary>One symbol for each byte; the symbols of one character all stand for it.</summary>
    public static AlignedText SpellBytes(AlignedText text)
    {
        var editor = new AlignedTextEditor(text);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var character in text.Text.EnumerateRunes())
        {
            var length = character.EncodeToUtf8(utf8);
            editor.Replace(new Rune(ByteSymbols.ToSymbol(utf8[0])));
            foreach (var value in utf8[1..length])
                editor.Write(new Rune(ByteSymbols.ToSymbol(value)), change: 1);
        }
        return editor.ToText();
    }
}
