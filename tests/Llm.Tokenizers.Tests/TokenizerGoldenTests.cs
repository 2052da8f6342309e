using System.Text.Json;
using System.Text.Json.Nodes;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>
/// Every kind of tokenizer.json against Hugging Face's tokenizers 0.23.1: ids, tokens, places, types, masks, words and texts must be equal.
/// </summary>
public class TokenizerGoldenTests
{
    public static TheoryData<string> Small => FoldersOf("small");

    public static TheoryData<string> Folders => FoldersOf("folders");

    public static TheoryData<string> Limited => FoldersOf("truncation-padding");

    [Theory, MemberData(nameof(Small))]
    public void EncodeForModel_GoldenTexts_GivesGoldenEncodings(string name)
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder("small", name));

        foreach (var golden in Golden.Cases(Golden.Folder("small", name, "cases.json")).Where(golden => !golden.Has("quirk")))
            EncodingGolden.AssertEncodes(tokenizer, golden);
    }

    [Theory, MemberData(nameof(Small))]
    public void Decode_GoldenIds_GivesTextAtOnceAndInPieces(string name)
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder("small", name));

        foreach (var golden in Golden.Cases(Golden.Folder("small", name, "decode.json")))
            EncodingGolden.AssertDecodes(tokenizer, golden);
    }

    [Theory, MemberData(nameof(Folders))]
    public void EncodeForModel_GoldenFolder_GivesGoldenEncodings(string name)
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder("folders", name));
        var golden = Golden.Read(Golden.Folder("folders", name, "cases.json"));

        foreach (var encoding in golden.GetProperty("cases").EnumerateArray().Where(encoding => !encoding.Has("quirk")))
            EncodingGolden.AssertEncodes(tokenizer, encoding);
        var pair = golden.GetProperty("pair");
        Assert.Equal(pair[2].Ints(), tokenizer.EncodeForModel((pair[0].GetString()!, pair[1].GetString()!)).Ids);
        Assert.Equal(golden.GetProperty("length_with_added").GetInt32(), tokenizer.VocabSize);
        var roles = golden.GetProperty("special_tokens").EnumerateObject().Where(role => role.Value.ValueKind == JsonValueKind.String);
        var known = tokenizer.Settings.FindSpecialTokens(hasEndOfText: tokenizer.EndOfTextId is not null);
        Assert.All(roles, role => Assert.Equal(role.Value.GetString(), known[role.Name]));
    }

    [Fact]
    public void EncodeForModel_RewritingRulesOfSentencePiece_GivesGoldenEncodings()
    {
        var folder = Golden.Shared("..", "golden", "tokenizers", "small", "unigram-precompiled");
        var tokenizer = TokenizerFolder.Load(folder);

        foreach (var golden in Golden.Cases(Path.Combine(folder, "cases.json")).Where(golden => !golden.Has("quirk")))
            EncodingGolden.AssertEncodes(tokenizer, golden);
    }

    [Theory, MemberData(nameof(Limited))]
    public void EncodeBatch_TruncationAndPaddingOfTheFile_GiveGoldenEncodings(string name)
    {
        using var folder = new TemporaryFolder();
        var json = JsonNode.Parse(File.ReadAllText(Golden.Folder("truncation-padding", name, "tokenizer.json")))!;
        foreach (var golden in Golden.Cases(Golden.Folder("truncation-padding", name, "cases.json")))
        {
            json["truncation"] = JsonNode.Parse(golden.GetProperty("truncation").GetRawText());
            json["padding"] = JsonNode.Parse(golden.GetProperty("padding").GetRawText());
            File.WriteAllText(folder.Combine("tokenizer.json"), json.ToJsonString());
            var tokenizer = TokenizerFolder.Load(folder.Path);
            var options = tokenizer.CreateEncodingOptions();
            options.SpecialTokens = SpecialTokenPolicy.Allow;
            EncodingInput[] batch = [.. golden.GetProperty("batch").EnumerateArray().Select(ToInput)];

            if (golden.Has("error"))
            {
                Assert.Throws<ArgumentException>(() => tokenizer.EncodeBatch(batch, options));
                continue;
            }
            var encodings = tokenizer.EncodeBatch(batch, options);

            Assert.Equal(golden.GetProperty("encodings").GetArrayLength(), encodings.Length);
            foreach (var (expected, encoding) in golden.GetProperty("encodings").EnumerateArray().Zip(encodings))
                EncodingGolden.AssertEqual(expected, encoding);
        }
    }

    private static TheoryData<string> FoldersOf(string group) =>
        [.. Directory.GetDirectories(Golden.Folder(group)).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    private static EncodingInput ToInput(JsonElement texts) =>
        texts.GetArrayLength() == 2 ? (texts[0].GetString()!, texts[1].GetString()!) : texts[0].GetString()!;
}
