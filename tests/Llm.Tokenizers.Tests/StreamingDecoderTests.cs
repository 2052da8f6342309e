using System.Text;
using CsCheck;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers.Tests;

public class StreamingDecoderTests
{
    internal static string DecodeInPieces(Tokenizer tokenizer, IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        var decoder = new StreamingDecoder(tokenizer, skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(decoder.Append(id));
        return text.Append(decoder.Flush()).ToString();
    }

    [Fact]
    public void Append_GoldenIds_GivesEachCharacterAsSoonAsItIsComplete()
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder("moby-mini"));
        var cases = Golden.Cases(Golden.Folder("streaming.json")).Where(golden => golden.Has("character_pieces")).ToList();
        Assert.NotEmpty(cases);
        foreach (var golden in cases)
        {
            var decoder = new StreamingDecoder(tokenizer, golden.GetProperty("skip_special_tokens").GetBoolean());

            var pieces = golden.GetProperty("ids").Ints().Select(decoder.Append).ToList();

            Assert.Equal(golden.GetProperty("character_pieces").Strings(), pieces);
            Assert.Equal(golden.Text("character_piece_at_end"), decoder.Flush());
        }
    }

    [Fact]
    public void Append_BrokenBytes_AreReplacedAsUnicodeRecommends()
    {
        var tokenizer = ByteLevelBpeTokenizer.Gpt2();
        foreach (var golden in Golden.Read(Golden.Shared("corpora", "unicode", "utf8_decoding_shared.json")).EnumerateArray())
        {
            var ids = Convert.FromHexString(golden.Text("hex")).Select(value => ByteLevelBpeTests.IdOfByte(tokenizer, value));

            var text = DecodeInPieces(tokenizer, ids);

            Assert.Equal(golden.Text("replaced_hex"), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Fact]
    public void Append_AnyBytes_TogetherGiveTheWhole()
    {
        var tokenizer = ByteLevelBpeTokenizer.Gpt2();
        // Mostly bytes that begin or go on with a character, so that broken sequences of every kind come up.
        var bytes = Gen.Frequency((1, Gen.Byte), (2, Gen.Byte[0x80, 0xBF]), (2, Gen.Byte[0xE0, 0xF5])).Array[0, 12];

        bytes.Sample(sequence =>
        {
            var ids = sequence.Select(value => ByteLevelBpeTests.IdOfByte(tokenizer, value)).ToArray();
            Assert.Equal(Encoding.UTF8.GetString(sequence), DecodeInPieces(tokenizer, ids));
            Assert.Equal(tokenizer.Decode(ids), DecodeInPieces(tokenizer, ids));
        });
    }

    [Fact]
    public void Append_AfterFlush_StartsANewText()
    {
        var tokenizer = ByteLevelBpeTokenizer.Gpt2();
        var decoder = new StreamingDecoder(tokenizer);
        decoder.Append(ByteLevelBpeTests.IdOfByte(tokenizer, 0xE2));

        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("Hello", decoder.Append(15496));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Append_Words_SeparatesThem()
    {
        var tokenizer = WordTokenizer.FromText("the brown fox");
        int[] ids = [4, 2, 3];

        Assert.Equal("the brown fox", tokenizer.Decode(ids));
        Assert.Equal("the brown fox", DecodeInPieces(tokenizer, ids));
    }

    [Fact]
    public void Append_IdWithoutToken_NamesIdAndIndex()
    {
        var decoder = new StreamingDecoder(ByteLevelBpeTokenizer.Gpt2());
        decoder.Append(15496);

        var error = Assert.Throws<ArgumentException>(() => decoder.Append(50257));

        Assert.Contains("The id 50257 at index 1 has no token. The ids of this tokenizer are 0 to 50256.", error.Message);
    }

    [Fact]
    public void Append_TokenizerOfMicrosoft_TogetherGiveTheWhole()
    {
        using var vocabulary = File.OpenRead(Golden.Folder("folders", "gpt2-vocab-merges-only", "vocab.json"));
        using var merges = File.OpenRead(Golden.Folder("folders", "gpt2-vocab-merges-only", "merges.txt"));
        var tokenizer = CodeGenTokenizer.Create(vocabulary, merges);
        var ids = TokenizerFolder.Load(Golden.Folder("folders", "gpt2-vocab-merges-only")).Encode("Call me 🐳 Ishmael — naïve.");

        Assert.Equal("Call me 🐳 Ishmael — naïve.", DecodeInPieces(tokenizer, ids));
    }

    [Fact]
    public void Constructor_SkipsSpecialTokensOfAForeignTokenizer_SaysWhyNot()
    {
        using var vocabulary = File.OpenRead(Golden.Folder("folders", "gpt2-vocab-merges-only", "vocab.json"));
        using var merges = File.OpenRead(Golden.Folder("folders", "gpt2-vocab-merges-only", "merges.txt"));
        var tokenizer = CodeGenTokenizer.Create(vocabulary, merges);

        Assert.Throws<ArgumentException>(() => new StreamingDecoder(tokenizer, skipSpecialTokens: true));
    }
}
