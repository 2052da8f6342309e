using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests;

/// <summary>
/// Normalizers, pre-tokenizers and decoders against Hugging Face's tokenizers 0.23.1: texts, pieces and places must be equal.
/// </summary>
public class ComponentGoldenTests
{
    public static TheoryData<string> Normalizers => Sections("normalizer");

    public static TheoryData<string> PreTokenizers => Sections("pre_tokenizer");

    public static TheoryData<string> Decoders => Sections("decoder");

    [Theory, MemberData(nameof(Normalizers))]
    public void Apply_GoldenTexts_GiveGoldenTexts(string section)
    {
        var normalizer = TextNormalizer.Read(Parse(section));

        foreach (var golden in CasesOf("normalizer", section))
            Assert.Equal(golden[1].GetString(), normalizer.Apply(new AlignedText(golden[0].GetString()!)).Text);
    }

    [Theory, MemberData(nameof(PreTokenizers))]
    public void Split_GoldenTexts_GiveGoldenPiecesAndPlaces(string section)
    {
        var preTokenizer = TextPreTokenizer.Read(Parse(section));

        foreach (var golden in CasesOf("pre_tokenizer", section))
        {
            var text = golden[0].GetString()!;
            var pieces = new List<AlignedText>();
            preTokenizer.Split(new AlignedText(text), pieces);
            Assert.Equal(
                golden[1].EnumerateArray().Select(piece => (piece[0].GetString()!, piece[1].GetInt32(), piece[2].GetInt32())),
                pieces.Select(piece => Describe(piece, text)));
        }
    }

    [Theory, MemberData(nameof(Decoders))]
    public void Decode_GoldenTokens_GiveGoldenText(string section)
    {
        var decoder = TokenDecoder.Read(Parse(section));

        foreach (var golden in CasesOf("decoder", section))
        {
            var text = string.Concat(decoder.Decode([.. golden[0].Strings().OfType<string>()]));
            if (golden[1].ValueKind != JsonValueKind.Null)
                Assert.Equal(golden[1].GetString(), text);
        }
    }

    [Fact]
    public void ToJson_GoldenSections_AreWrittenAsRead()
    {
        Assert.All(Normalizers, section => Assert.Equal(section.Data, Write(TextNormalizer.Read(Parse(section.Data)).ToJson())));
        Assert.All(PreTokenizers, section => Assert.Equal(section.Data, Write(TextPreTokenizer.Read(Parse(section.Data)).ToJson())));
        Assert.All(Decoders, section => Assert.Equal(section.Data, Write(TokenDecoder.Read(Parse(section.Data)).ToJson())));
    }

    private static List<JsonElement> FileOf(string kind) => Golden.Cases(Golden.Folder("components", $"{kind}s.json"));

    private static TheoryData<string> Sections(string kind) => [.. FileOf(kind).Select(group => Compact(group.GetProperty(kind)))];

    private static JsonElement.ArrayEnumerator CasesOf(string kind, string section) =>
        FileOf(kind).Single(group => Compact(group.GetProperty(kind)) == section).GetProperty("cases").EnumerateArray();

    private static string Compact(JsonElement json) => Write(JsonObject.Create(json)!);

    private static string Write(JsonObject json) => json.ToJsonString();

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private static (string Text, int Start, int End) Describe(AlignedText piece, string original)
    {
        var place = piece.PlaceOf(0, piece.Text.Length);
        return (piece.Text, CodePoints(original, place.Start), CodePoints(original, place.End));
    }

    private static int CodePoints(string text, Index end) => text[..end].EnumerateRunes().Count();
}
