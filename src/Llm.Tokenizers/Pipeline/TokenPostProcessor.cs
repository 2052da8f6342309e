using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// A step that puts special tokens around the tokens of one or two texts; the section post_processor of tokenizer.json.
/// </summary>
internal abstract class TokenPostProcessor
{
    private const string Supported = "Sequence, TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel";

    /// <summary>Reads the section post_processor of tokenizer.json.</summary>
    /// <exception cref="FormatException">The section is malformed.</exception>
    /// <exception cref="NotSupportedException">The section asks for something that is not supported.</exception>
    public static TokenPostProcessor Read(JsonElement section) => SectionReading.TypeOf(section) switch
    {
        "Sequence" => new SequencePostProcessor(section.Steps("processors", Read)),
        "TemplateProcessing" => TemplatePostProcessor.Read(section),
        "BertProcessing" => new BertPostProcessor(SpecialToken.Read(section, "cls"), SpecialToken.Read(section, "sep")),
        "RobertaProcessing" => RobertaPostProcessor.Read(section),
        "ByteLevel" => ByteLevelPostProcessor.Read(section),
        var other => throw SectionReading.Unknown("post-processor", other, Supported),
    };

    /// <summary>How many tokens are added.</summary>
    public abstract int CountAdded(bool isPair);

    /// <summary>Changes the sequences, and puts special tokens around them if asked.</summary>
    public abstract List<TokenSequence> Process(List<TokenSequence> sequences, bool addSpecialTokens);

    /// <summary>All tokens that may be added.</summary>
    public abstract IEnumerable<SpecialToken> SpecialTokens { get; }

    /// <summary>The section of tokenizer.json that reads as this step.</summary>
    public abstract JsonObject ToJson();
}
