using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// A step from tokens back to text; the section decoder of tokenizer.json. What the last step leaves, joined, is the text.
/// </summary>
internal abstract class TokenDecoder
{
    private const string Supported = "Sequence, ByteLevel, WordPiece, Metaspace, BPEDecoder, CTC, Replace, ByteFallback, Fuse, Strip";

    /// <summary>Reads the section decoder of tokenizer.json.</summary>
    /// <exception cref="FormatException">The section is malformed.</exception>
    /// <exception cref="NotSupportedException">The section asks for something that is not supported.</exception>
    public static TokenDecoder Read(JsonElement section) => SectionReading.TypeOf(section) switch
    {
        "Sequence" => new SequenceDecoder(section.Steps("decoders", Read)),
        "ByteLevel" => ByteLevelDecoder.Read(section),
        "WordPiece" => new WordPieceDecoder(section.Text("prefix"), section.Flag("cleanup")),
        "Metaspace" => new MetaspaceDecoder(Metaspace.Read(section)),
        "BPEDecoder" => new BpeDecoder(section.Text("suffix")),
        "CTC" => new CtcDecoder(section.Text("pad_token"), section.Text("word_delimiter_token"), section.Flag("cleanup")),
        "Replace" => new ReplaceDecoder(TextPattern.Read(section), section.Text("content")),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => new StripDecoder(section.Character("content"), section.Count("start"), section.Count("stop")),
        var other => throw SectionReading.Unknown("decoder", other, Supported),
    };

    /// <summary>Turns the raw tokens of a whole sequence into parts of its text.</summary>
    public List<string> Decode(List<string> tokens)
    {
        var decoded = new TokenSink();
        var stage = Start(decoded);
        foreach (var token in tokens)
            stage.Write(token, endsToken: true);
        stage.End();
        return decoded.Tokens;
    }

    /// <summary>Starts to decode a text, which goes on to the next stage.</summary>
    public abstract DecoderStage Start(DecoderStage next);

    /// <summary>The section of tokenizer.json that reads as this step.</summary>
    public abstract JsonObject ToJson();
}
