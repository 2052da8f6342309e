using System.Text.Json;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>Models that sentencepiece trained, and what it makes of texts; two in the repository, three in the shared data.</summary>
public class SentencePieceGoldenTests
{
    public static TheoryData<string> Names => ["bpe-llama", "unigram-byte-fallback", "bpe-byte-fallback", "bpe-no-prefix", "unigram"];

    [Theory, MemberData(nameof(Names))]
    public void Apply_EveryText_GivesTheReferencesText(string name)
    {
        var normalizer = Open(name).Normalizer;

        foreach (var golden in Cases(name))
            Assert.Equal(golden.Text("normalized"), normalizer.Apply(new AlignedText(golden.Text("text"))).Text);
    }

    [Theory, MemberData(nameof(Names))]
    public void Encode_EveryText_GivesTheReferencesIdsAndPlaces(string name)
    {
        var (_, _, model, normalizer, _) = Open(name);

        foreach (var golden in Cases(name))
        {
            var text = normalizer.Apply(new AlignedText(golden.Text("text")));
            var tokens = model.Encode(text.Text);

            Assert.Equal(golden.GetProperty("ids").Ints(), tokens.Select(token => token.Id));
            var places = golden.GetProperty("offsets_utf16").EnumerateArray().Select(place => place.Ints()).ToArray();
            for (var i = 0; i < tokens.Count; i++)
            {
                var last = i;
                while (last + 1 < tokens.Count && IsFollowingByte(model.IdToToken(tokens[last + 1].Id)))
                    last++;
                Assert.Equal(places[last][0]..places[last][1], text.PlaceOf(tokens[i].Start, tokens[i].Length));
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Decode_EveryText_GivesTheReferencesText(string name)
    {
        var (_, _, model, _, decoder) = Open(name);

        foreach (var golden in Cases(name))
        {
            List<string> tokens = [.. golden.GetProperty("ids").Ints().Select(id => model.IdToToken(id)!)];
            Assert.Equal(golden.Text("decoded"), string.Concat(decoder.Decode(tokens)));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Parse_EveryModel_HasTheReferencesVocabulary(string name)
    {
        var vocabulary = Open(name).Vocabulary;

        var expected = Golden.Read(Path.Combine(Folder(name), "cases.json")).GetProperty("vocab").EnumerateArray()
            .Select(piece => (piece[0].GetString(), piece[1].GetSingle(), piece[2].GetString()));

        Assert.Equal(expected, Enumerable.Range(0, vocabulary.Count)
            .Select(id => ((string?)vocabulary[id].Text, vocabulary[id].Score, (string?)KindOf(vocabulary[id].Type))));
    }

    public static TheoryData<int> RandomModels => [.. Enumerable.Range(0, Random.Count)];

    private static List<JsonElement> Random { get; } = Golden.Cases(Golden.Folder("sentencepiece", "random.json"));

    [Theory, MemberData(nameof(RandomModels))]
    public void Encode_RandomModel_GivesTheReferencesIdsAndText(int number)
    {
        var parts = SentencePieceParts.Read(Random[number].GetProperty("model").GetBytesFromBase64());

        foreach (var encoding in Random[number].GetProperty("encodings").EnumerateArray())
        {
            var text = parts.Normalizer.Apply(new AlignedText(encoding[0].GetString()!));
            var ids = parts.Model.Encode(text.Text).Select(token => token.Id).ToArray();

            Assert.Equal(encoding[1].Ints(), ids);
            Assert.Equal(encoding[2].GetString(), string.Concat(parts.Decoder.Decode([.. ids.Select(id => parts.Model.IdToToken(id)!)])));
        }
    }

    // The reference gives the place of a character to the last of its bytes, we give it to all.
    private static bool IsFollowingByte(string? token) => (ByteFallback.ByteOf(token) & 0xC0) == 0x80;

    private static string KindOf(PieceType type) => type switch
    {
        PieceType.Unknown => "unknown",
        PieceType.Control => "control",
        PieceType.Byte => "byte",
        _ => "normal_or_user",
    };

    private static List<JsonElement> Cases(string name) => Golden.Cases(Path.Combine(Folder(name), "cases.json"));

    private static SentencePieceParts Open(string name) =>
        SentencePieceParts.Read(File.ReadAllBytes(Path.Combine(Folder(name), "tokenizer.model")));

    private static string Folder(string name)
    {
        var folder = Golden.Folder("sentencepiece", name);
        folder = Directory.Exists(folder) ? folder : TestData.Shared("golden", "tokenizers", "sentencepiece", name);
        Assert.SkipWhen(folder is null, $"The golden data of {name} is not beside the repository.");
        return folder;
    }
}
