using CsCheck;

namespace Llm.Tokenizers.Tests;

public sealed class WordTokenizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llm-word-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FromText_WordsOfAText_AreLowerCasedAndSorted()
    {
        var tokenizer = WordTokenizer.FromText("The fox Jumps\tover\r\nthe brown FOX");

        Assert.Equal(["[PAD]", "[UNK]", "brown", "fox", "jumps", "over", "the"], tokenizer.Tokens());
        Assert.Equal([6, 2, 1, 4], tokenizer.Encode("The brown unicorn jumps")); // row 10
        Assert.Equal("the brown [UNK] jumps", tokenizer.Decode([6, 2, 1, 4]));
        Assert.Equal("the brown jumps", tokenizer.Decode([6, 2, 1, 4], skipSpecialTokens: true));
    }

    [Fact]
    public void EncodeToTokens_Words_StandWhereTheyStandInTheText()
    {
        var tokens = WordTokenizer.FromText("one two").EncodeToTokens("  One\n\ttwo ", out _);

        Assert.Equal([2..5, 7..10], tokens.Select(token => token.Offset));
        Assert.Equal(["one", "two"], tokens.Select(token => token.Value));
    }

    [Fact]
    public void FromText_AnyLanguage_SortsByCodePoint()
    {
        var tokenizer = WordTokenizer.FromText("🚀 \uFF21 Ä İ z", lowerCases: false);

        Assert.Equal(["z", "Ä", "İ", "\uFF21", "🚀"], Enumerable.Range(2, 5).Select(tokenizer.IdToToken));
        Assert.Equal([4], WordTokenizer.FromText("a i\u0307 İ z İ").Encode("Z"));
    }

    [Fact]
    public void Encode_KeepingCase_TellsWordsApart()
    {
        var tokenizer = WordTokenizer.FromText("The the", lowerCases: false);

        Assert.Equal([2, 3, 1], tokenizer.Encode("The the THE"));
    }

    [Fact]
    public void Decode_OfEncodedText_IsTheTextWithSingleSpaces() =>
        Gen.String[Gen.Char["ab \n\u00A0é"], 1, 30].Where(text => text.Any(char.IsLetter)).Sample(text =>
        {
            var tokenizer = WordTokenizer.FromText(text);
            var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(string.Join(' ', words), tokenizer.Decode(tokenizer.Encode(text)));
        });

    [Theory, InlineData(true), InlineData(false)]
    public void Save_ThenLoad_GivesTheSameTokenizer(bool lowerCases)
    {
        var tokenizer = WordTokenizer.FromText("The quick \"brown\" fox, naïve 🚀", lowerCases);

        tokenizer.Save(_folder);
        var loaded = Assert.IsType<WordTokenizer>(TokenizerFolder.Load(_folder));

        Assert.Equal((tokenizer.UnknownToken, lowerCases), (loaded.UnknownToken, loaded.LowerCases));
        Assert.Equal(tokenizer.AddedTokens, loaded.AddedTokens);
        Assert.Equal(tokenizer.Encode("the The quick 🚀 cat"), loaded.Encode("the The quick 🚀 cat"));
    }

    [Fact]
    public void Constructor_BadTokens_SaysWhatIsWrong()
    {
        Assert.Contains("'a' comes twice", Assert.Throws<ArgumentException>(() => new WordTokenizer(["[PAD]", "[UNK]", "a", "a"])).Message);
        Assert.Contains("'[PAD]' is not in the vocabulary", Assert.Throws<ArgumentException>(() => new WordTokenizer(["a"])).Message);
        Assert.Contains("The text has no words", Assert.Throws<ArgumentException>(() => WordTokenizer.FromText(" \n")).Message);
        Assert.Throws<ArgumentException>(() => WordTokenizer.FromText("a").Decode([7]));
    }
}
