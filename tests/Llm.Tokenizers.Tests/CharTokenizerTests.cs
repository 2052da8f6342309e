using CsCheck;

namespace Llm.Tokenizers.Tests;

public sealed class CharTokenizerTests : IDisposable
{
    private const string EducationalAlphabet = " .0123456789ABCNbcefmorsu"; // of the text of row 8

    private readonly string _folder = Directory.CreateTempSubdirectory("llm-char-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FromText_TinyShakespeare_Has65Characters() // row 18
    {
        var text = File.ReadAllText(Golden.Shared("corpora", "tinyshakespeare.txt"));

        var tokenizer = CharTokenizer.FromText(text);

        Assert.Equal(1_115_394, text.Length);
        Assert.Equal(65, tokenizer.VocabSize);
        Assert.Equal([46, 47, 47, 1, 58, 46, 43, 56, 43], tokenizer.Encode("hii there")); // what nanoGPT's teacher prints
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void FromText_FoxSentence_Has28Characters() => // row 21
        Assert.Equal(28, CharTokenizer.FromText("The quick brown fox jumps over the lazy dog").VocabSize);

    [Fact]
    public void Constructor_FixedAlphabet_GivesTheReferenceIds() // row 11
    {
        string[] tokens = ["[PAD]", "[UNK]", .. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".Select(letter => $"{letter}")];
        var tokenizer = new CharTokenizer(tokens, unknownToken: "[UNK]");

        Assert.Equal(54, tokenizer.VocabSize);
        Assert.Equal([35, 6, 13, 13, 16, 1], tokenizer.Encode("Hello?"));
        Assert.Equal("Hello[UNK]", tokenizer.Decode([35, 6, 13, 13, 16, 1]));
        Assert.Equal("Hello", tokenizer.Decode([35, 6, 13, 13, 16, 1], skipSpecialTokens: true));
        Assert.Equal([0, 35, 1], tokenizer.Encode("[PAD]H[UNK]", SpecialTokenPolicy.Allow));
        Assert.Equal([1, 43, 28, 31, 1], tokenizer.Encode("[PAD]"));
    }

    [Fact]
    public void FromText_UnknownToken_ComesLastAndStandsForWhatIsUnknown() // row 9
    {
        var tokenizer = CharTokenizer.FromText("banana", unknownToken: "<UNK>");

        Assert.Equal(["a", "b", "n", "<UNK>"], tokenizer.Tokens());
        Assert.Equal([1, 0, 3, 3], tokenizer.Encode("baz🚀"));
        Assert.Equal("ba<UNK>", tokenizer.Decode([1, 0, 99]));
        Assert.Equal("<UNK>", tokenizer.UnknownToken);
    }

    [Fact]
    public void Encode_UnknownCharacter_NamesItAndItsPlace()
    {
        var tokenizer = CharTokenizer.FromText("abc");

        Assert.StartsWith(
            "The character 'z' (U+007A) at index 2 is not in the vocabulary of 3 characters. Train the tokenizer on text that contains it, "
            + "or give it an unknown token.",
            Assert.Throws<ArgumentException>(() => tokenizer.Encode("abz")).Message);
        Assert.Contains("'🚀' (U+1F680) at index 1", Assert.Throws<ArgumentException>(() => tokenizer.Encode("a🚀")).Message);
        Assert.Contains("The id 3 at index 1 has no token.", Assert.Throws<ArgumentException>(() => tokenizer.Decode([0, 3])).Message);
    }

    [Fact]
    public void Encode_AstralCharacters_AreOneTokenEach()
    {
        var tokenizer = CharTokenizer.FromText("𝐀a🚀\uD83D");

        Assert.Equal(["a", "\uFFFD", "𝐀", "🚀"], Enumerable.Range(0, 4).Select(tokenizer.IdToToken)); // by code point
        Assert.Equal([3, 2, 0], tokenizer.Encode("🚀𝐀a"));
        Assert.Equal([0..2, 2..4, 4..5], tokenizer.EncodeToTokens("🚀𝐀a", out _).Select(token => token.Offset));
        Assert.Equal([1], tokenizer.Encode("\uDE80"));
    }

    [Fact]
    public void FromText_CharactersInAnyOrder_GivesTheReferenceIds() // row 8
    {
        var tokenizer = CharTokenizer.FromText(string.Concat(EducationalAlphabet.Reverse()) + "Number 5.");

        Assert.Equal(25, tokenizer.VocabSize);
        Assert.Equal([15, 24, 20, 16, 18, 22, 0, 7], tokenizer.Encode("Number 5"));
    }

    [Fact]
    public void Decode_OfEncodedText_IsTheText() => Gen.String[1, 40].Where(text => text.Length > 0).Sample(text =>
    {
        var tokenizer = CharTokenizer.FromText(text);
        var wellFormed = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(wellFormed, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal(wellFormed, StreamingDecoderTests.DecodeInPieces(tokenizer, tokenizer.Encode(text)));
    });

    [Theory, InlineData(null), InlineData("<UNK>")]
    public void Save_ThenLoad_GivesTheSameTokenizer(string? unknownToken)
    {
        var tokenizer = CharTokenizer.FromText("line\nnext\r\n\t 𝐀🚀 é\"\\", unknownToken);

        tokenizer.Save(_folder);
        var loaded = Assert.IsType<CharTokenizer>(TokenizerFolder.Load(_folder));

        Assert.Equal(unknownToken, loaded.UnknownToken);
        Assert.Equal(tokenizer.AddedTokens, loaded.AddedTokens);
        Assert.Equal(tokenizer.Tokens(), loaded.Tokens());
        Assert.Equal(tokenizer.Encode("next 🚀"), loaded.Encode("next 🚀"));
    }

    [Fact]
    public void Constructor_BadTokens_SaysWhatIsWrong()
    {
        Assert.Contains("'a' comes twice, as 0 and 2", Fails(() => new CharTokenizer(["a", "b", "a"])));
        Assert.Contains("The token of id 1 is empty", Fails(() => new CharTokenizer(["a", ""])));
        Assert.Contains("'[UNK]' is not in the vocabulary", Fails(() => new CharTokenizer(["a"], "[UNK]")));
        Assert.Contains("The text is empty", Fails(() => CharTokenizer.FromText("")));

        static string Fails(Func<CharTokenizer> create) => Assert.Throws<ArgumentException>(create).Message;
    }
}
