using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>
/// Random texts through random normalizers and pre-tokenizers: the text and the place of every character or piece must be those of Hugging
/// Face's library.
/// </summary>
public class PlacesGoldenTests
{
    private static readonly JsonElement File = Golden.Read(Golden.Folder("components", "places.json"));

    [Fact]
    public void Pipeline_RandomSections_GivesGoldenTextsAndPlaces()
    {
        foreach (var golden in File.GetProperty("cases").EnumerateArray())
        {
            var text = new AlignedText(golden.Text("text"));
            if (golden.GetProperty("normalizer") is { ValueKind: JsonValueKind.Object } normalizer)
                text = TextNormalizer.Read(normalizer).Apply(text);
            if (golden.Has("normalized"))
                Assert.Equal(golden.Text("normalized"), text.Text);

            var pieces = new List<AlignedText>();
            if (golden.TryGetProperty("pre_tokenizer", out var preTokenizer))
                TextPreTokenizer.Read(preTokenizer).Split(text, pieces);
            else
                new FixedLengthPreTokenizer(1).Split(text, pieces);

            if (golden.Has("pieces"))
                Assert.Equal(golden.GetProperty("pieces").Strings(), pieces.Select(piece => piece.Text));
            Assert.Equal(golden.GetProperty("offsets").ToString(), Offsets(pieces, golden.Text("text")));
        }
    }

    [Fact]
    public void Apply_PrecompiledMap_GivesGoldenTextsAndPlaces()
    {
        var file = Golden.Read(Golden.Shared("..", "golden", "tokenizers", "small", "unigram-precompiled", "tokenizer.json"));
        var precompiled = TextNormalizer.Read(file.GetProperty("normalizer").GetProperty("normalizers")[0]);
        foreach (var golden in File.GetProperty("precompiled").EnumerateArray())
        {
            var text = golden[0].GetString()!;
            var normalized = precompiled.Apply(new AlignedText(text));

            var characters = new List<AlignedText>();
            new FixedLengthPreTokenizer(1).Split(normalized, characters);

            Assert.Equal(golden[1].GetString(), normalized.Text);
            Assert.Equal(golden[2].ToString(), Offsets(characters, text));
        }
    }

    private static string Offsets(List<AlignedText> pieces, string original) => $"[{string.Join(',', pieces.Select(piece =>
    {
        var place = piece.PlaceOf(0, piece.Text.Length);
        return $"[{CodePoints(original, place.Start)},{CodePoints(original, place.End)}]";
    }))}]";

    private static int CodePoints(string text, Index end) => text[..end].EnumerateRunes().Count();
}
