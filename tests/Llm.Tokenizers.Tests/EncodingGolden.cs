using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>Compares encodings and decoded texts with cases that Hugging Face's tokenizers 0.23.1 gave.</summary>
internal static class EncodingGolden
{
    public static EncodingInput InputOf(JsonElement golden)
    {
        if (golden.TryGetProperty("words", out var words))
            return EncodingInput.FromWords([.. words.Strings().OfType<string>()]);
        return golden.Has("pair") ? (golden.Text("text"), golden.Text("pair")) : golden.Text("text");
    }

    /// <summary>Hugging Face's library takes special tokens in a text as such.</summary>
    public static EncodingOptions OptionsOf(JsonElement golden) => new()
    {
        AddSpecialTokens = !golden.TryGetProperty("add_special_tokens", out var adds) || adds.GetBoolean(),
        SpecialTokens = SpecialTokenPolicy.Allow,
    };

    public static void AssertEncodes(LlmTokenizer tokenizer, JsonElement golden)
    {
        var options = OptionsOf(golden);
        var encoding = tokenizer.EncodeForModel(InputOf(golden), options);

        AssertEqual(golden, encoding);
        if (golden.Has("decoded"))
            Assert.Equal(golden.Text("decoded"), tokenizer.Decode(encoding.Ids, skipSpecialTokens: true));
        if (golden.Has("decoded_with_special"))
            Assert.Equal(golden.Text("decoded_with_special"), tokenizer.Decode(encoding.Ids));
        if (golden.Has("ids_without_special"))
            Assert.Equal(golden.GetProperty("ids_without_special").Ints(), tokenizer.Encode(golden.Text("text"), SpecialTokenPolicy.Allow));
        if (!options.AddSpecialTokens && !golden.Has("pair") && !golden.Has("words"))
            Assert.Equal(encoding.Ids, tokenizer.Encode(golden.Text("text"), SpecialTokenPolicy.Allow));
    }

    public static void AssertDecodes(LlmTokenizer tokenizer, JsonElement golden)
    {
        var ids = golden.GetProperty("ids").Ints();
        Assert.Equal(golden.Text("decoded"), tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(golden.Text("decoded_with_special"), tokenizer.Decode(ids));
        Assert.Equal(golden.Text("decoded"), StreamingDecoderTests.DecodeInPieces(tokenizer, ids, skipSpecialTokens: true));
        Assert.Equal(golden.Text("decoded_with_special"), StreamingDecoderTests.DecodeInPieces(tokenizer, ids));
    }

    public static void AssertEqual(JsonElement golden, TokenEncoding encoding)
    {
        Assert.Equal(golden.GetProperty("ids").Ints(), encoding.Ids);
        Assert.Equal(golden.GetProperty("tokens").Strings(), encoding.Tokens);
        if (golden.TryGetProperty("offsets_utf16", out var places))
            Assert.Equal(places.EnumerateArray().Select(place => place[0].GetInt32()..place[1].GetInt32()), encoding.Offsets);
        else if (golden.TryGetProperty("words", out var words))
            AssertPlacesInWords(words.Strings(), golden, encoding);
        AssertEqual(golden, "type_ids", encoding.TypeIds);
        AssertEqual(golden, "special_tokens_mask", encoding.SpecialTokensMask);
        AssertEqual(golden, "attention_mask", encoding.AttentionMask);
        AssertEqual(golden, "word_ids", encoding.WordIds);
        AssertEqual(golden, "sequence_ids", encoding.SequenceIds);
        if (!golden.TryGetProperty("overflowing", out var overflowing))
        {
            Assert.Empty(encoding.Overflowing);
            return;
        }
        Assert.Equal(overflowing.GetArrayLength(), encoding.Overflowing.Count);
        foreach (var (window, part) in overflowing.EnumerateArray().Zip(encoding.Overflowing))
            AssertEqual(window, part);
    }

    // These cases give code points.
    private static void AssertPlacesInWords(string?[] words, JsonElement golden, TokenEncoding encoding)
    {
        foreach (var (i, place) in golden.GetProperty("offsets").EnumerateArray().Index())
        {
            var word = encoding.WordIds[i] is { } number ? words[number]! : "";
            Assert.Equal(place[0].GetInt32(), word[..encoding.Offsets[i].Start].EnumerateRunes().Count());
            Assert.Equal(place[1].GetInt32(), word[..encoding.Offsets[i].End].EnumerateRunes().Count());
        }
    }

    private static void AssertEqual<T>(JsonElement golden, string name, T[] actual)
    {
        if (!golden.TryGetProperty(name, out var expected))
            return;
        Assert.Equal(
            expected.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? (int?)null : value.GetInt32()),
            actual.Select(value => (int?)(object?)value));
    }
}
