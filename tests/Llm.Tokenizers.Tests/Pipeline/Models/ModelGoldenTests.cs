using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>Random models against what Hugging Face's library makes of random pieces; tests/Golden/tokenizers/models.</summary>
public class ModelGoldenTests
{
    private static readonly List<JsonElement> Read = Golden.Cases(Golden.Folder("models", "cases.json"));

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Read.Count)];

    [Theory, MemberData(nameof(Cases))]
    public void Encode_RandomModel_GivesTheReferencesIdsAndPlaces(int number)
    {
        var golden = Read[number];
        var model = TokenModel.Read(golden.GetProperty("model"));

        foreach (var encoding in golden.GetProperty("encodings").EnumerateArray())
        {
            var piece = encoding[0].GetString()!;
            var tokens = model.Encode(piece);

            Assert.Equal(encoding[1].Ints(), tokens.Select(token => token.Id));
            if (!SpellsMarksInBytes(golden.GetProperty("model")))
                Assert.Equal(encoding[2].Ints(), tokens.SelectMany(token => PlaceOf(token, piece)));
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void ToJson_RandomModel_SaysTheSame(int number)
    {
        var json = Read[number].GetProperty("model");
        var expected = Read[number].Has("written") ? Read[number].GetProperty("written") : json;

        Assert.True(JsonElement.DeepEquals(expected, JsonSerializer.SerializeToElement(TokenModel.Read(json).ToJson())));
    }

    // Then the reference counts the bytes of prefix and suffix too, and its places run beyond the text.
    private static bool SpellsMarksInBytes(JsonElement model) => model.IsTrue("byte_fallback")
        && (model.FindString("continuing_subword_prefix") + model.FindString("end_of_word_suffix")).Length > 0;

    // In code points, as the reference counts.
    private static int[] PlaceOf(ModelToken token, string piece) =>
        [CodePoints(piece[..token.Start]), CodePoints(piece[..(token.Start + token.Length)])];

    private static int CodePoints(string text) => text.EnumerateRunes().Count();
}
