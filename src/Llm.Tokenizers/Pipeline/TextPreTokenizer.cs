using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>A step that cuts a text into the pieces that the model sees; the section pre_tokenizer of tokenizer.json.</summary>
internal abstract class TextPreTokenizer
{
    private const string Supported =
        "Sequence, ByteLevel, Split, Whitespace, WhitespaceSplit, Punctuation, Digits, Metaspace, BertPreTokenizer, CharDelimiterSplit, "
        + "UnicodeScripts, FixedLength";

    /// <summary>Reads the section pre_tokenizer of tokenizer.json.</summary>
    /// <exception cref="FormatException">The section is malformed.</exception>
    /// <exception cref="NotSupportedException">The section asks for something that is not supported.</exception>
    public static TextPreTokenizer Read(JsonElement section) => SectionReading.TypeOf(section) switch
    {
        "Sequence" => new SequencePreTokenizer(section.Steps("pretokenizers", Read)),
        "ByteLevel" => ByteLevelPreTokenizer.Read(section),
        "Split" => new SplitPreTokenizer(TextPattern.Read(section), SplitBehaviors.Read(section), section.Flag("invert")),
        "Whitespace" => new WhitespacePreTokenizer(),
        "WhitespaceSplit" => new WhitespaceSplitPreTokenizer(),
        "Punctuation" => new PunctuationPreTokenizer(SplitBehaviors.Read(section, SplitBehavior.Isolated)),
        "Digits" => new DigitsPreTokenizer(section.Flag("individual_digits")),
        "Metaspace" => new MetaspacePreTokenizer(Metaspace.Read(section)),
        "BertPreTokenizer" => new BertPreTokenizer(),
        "CharDelimiterSplit" => new CharDelimiterSplitPreTokenizer(section.Character("delimiter")),
        "UnicodeScripts" => new UnicodeScriptsPreTokenizer(),
        "FixedLength" => FixedLengthPreTokenizer.Read(section),
        var other => throw SectionReading.Unknown("pre-tokenizer", other, Supported),
    };

    /// <summary>Appends the pieces of a text, which may be a piece that an earlier step cut; empty pieces are left out.</summary>
    public abstract void Split(AlignedText text, List<AlignedText> pieces);

    /// <summary>The section of tokenizer.json that reads as this step.</summary>
    public abstract JsonObject ToJson();
}
