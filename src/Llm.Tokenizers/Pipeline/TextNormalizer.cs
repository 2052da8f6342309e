using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>A step that changes a text before it is cut; the section normalizer of tokenizer.json.</summary>
internal abstract class TextNormalizer
{
    private const string Supported =
        "Sequence, Lowercase, NFC, NFD, NFKC, NFKD, StripAccents, Strip, Prepend, Replace, BertNormalizer, Nmt, Precompiled, ByteLevel";

    /// <summary>Reads the section normalizer of tokenizer.json.</summary>
    /// <exception cref="FormatException">The section is malformed.</exception>
    /// <exception cref="NotSupportedException">The section asks for something that is not supported.</exception>
    public static TextNormalizer Read(JsonElement section) => SectionReading.TypeOf(section) switch
    {
        "Sequence" => new SequenceNormalizer(section.Steps("normalizers", Read)),
        "Lowercase" => new LowercaseNormalizer(),
        "NFC" or "NFD" or "NFKC" or "NFKD" => new UnicodeNormalizer(section.Text("type")),
        "Strip" => new StripNormalizer(section.Flag("strip_left"), section.Flag("strip_right")),
        "StripAccents" => new StripAccentsNormalizer(),
        "Prepend" => new PrependNormalizer(section.Text("prepend")),
        "Replace" => new ReplaceNormalizer(TextPattern.Read(section), section.Text("content")),
        "BertNormalizer" or "Bert" => BertNormalizer.Read(section),
        "Precompiled" => PrecompiledNormalizer.Read(section),
        "Nmt" => new NmtNormalizer(),
        "ByteLevel" => new ByteLevelNormalizer(),
        var other => throw SectionReading.Unknown("normalizer", other, Supported),
    };

    /// <summary>The changed text, which still knows where each character came from.</summary>
    public abstract AlignedText Apply(AlignedText text);

    /// <summary>The section of tokenizer.json that reads as this step.</summary>
    public abstract JsonObject ToJson();
}
