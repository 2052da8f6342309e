using Llm.Testing;

namespace Llm.Tokenizers.Tests;

public class PipelineTokenizerTests
{
    private static readonly PipelineTokenizer WordPiece = Open("wordpiece");

    [Fact]
    public void Normalizer_OfThePipeline_IsItsFirstStep()
    {
        Assert.Equal("cafe whale", WordPiece.Normalizer!.Normalize("Café\tWHALE"));
        Assert.Null(Open("wordlevel").Normalizer);
        Assert.Null(ByteLevelBpeTokenizer.Gpt2().Normalizer);
    }

    [Fact]
    public void PreTokenizer_OfThePipeline_GivesPlacesInTheText()
    {
        Assert.Equal([(0, 5), (6, 4), (10, 1)], WordPiece.PreTokenizer!.PreTokenize("white 🐳ea!"));
        Assert.Null(Open("llama-bpe-byte-fallback").PreTokenizer);
        Assert.Null(ByteLevelBpeTokenizer.Gpt2().PreTokenizer);
    }

    [Fact]
    public void EncodeToIds_WithoutSteps_LeavesThemOut()
    {
        Assert.Equal(WordPiece.Encode("the whale"), WordPiece.EncodeToIds("The Whale"));
        Assert.Equal([WordPiece.TokenToId("[UNK]")!.Value], WordPiece.EncodeToIds("ÄÖ", considerNormalization: false));
        Assert.Equal([WordPiece.TokenToId("[UNK]")!.Value], WordPiece.EncodeToIds("the whale", considerPreTokenization: false));
    }

    [Fact]
    public void EncodeToTokens_NormalizedText_GivesPlacesInTheGivenOne()
    {
        var tokens = WordPiece.EncodeToTokens("Ça,  the", out var normalized);

        Assert.Null(normalized);
        Assert.Equal("the", "Ça,  the"[tokens[^1].Offset]);
        Assert.Equal(0..1, tokens[0].Offset);
    }

    [Theory]
    [InlineData(600, "<a>", 600, "<b>", "repeats the content or the id")]
    [InlineData(600, "<a>", 601, "<a>", "repeats the content or the id")]
    [InlineData(100, "<a>", 601, "<b>", "that is the id of")]
    [InlineData(-1, "<a>", 601, "<b>", "Ids are 0 to")]
    [InlineData(600, "[CLS]", 601, "<b>", "it has the id 2")]
    public void Constructor_AddedTokensThatContradict_AreRefused(int id, string content, int otherId, string other, string message)
    {
        AddedToken[] added = [new(content, id), new(other, otherId)];
        var parts = new TokenizerPipeline(WordPiece.Parts.Model) { AddedTokens = added };

        var error = Assert.Throws<ArgumentException>(() => new PipelineTokenizer(parts));

        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Constructor_AddedTokenFarBehind_KeepsItsId()
    {
        var parts = new TokenizerPipeline(WordPiece.Parts.Model) { AddedTokens = [new AddedToken("<far>", 900)] };
        var tokenizer = new PipelineTokenizer(parts);

        Assert.Equal(901, tokenizer.VocabSize);
        Assert.Equal([900], tokenizer.Encode("<far>", SpecialTokenPolicy.Allow));
        Assert.Null(tokenizer.IdToToken(899));
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        Assert.Equal(900, TokenizerFolder.Load(folder.Path).TokenToId("<far>"));
    }

    [Fact]
    public void Encode_SpecialTokenInAnyPass_FollowsThePolicy()
    {
        var tokenizer = Open("added-tokens");

        Assert.DoesNotContain(412, tokenizer.Encode("<T>"));
        Assert.Equal([412], tokenizer.Encode("<T>", SpecialTokenPolicy.Allow));
        Assert.Equal([412], tokenizer.Encode("<T>", SpecialTokenPolicy.AllowOnly("<T>")));
        var error = Assert.Throws<ArgumentException>(() => tokenizer.Encode("a <T>", SpecialTokenPolicy.Throw));
        Assert.Contains("<T> at index 2", error.Message);
        Assert.Equal([405], tokenizer.Encode("AHAB"));
    }

    private static PipelineTokenizer Open(string name) =>
        Assert.IsType<PipelineTokenizer>(TokenizerFolder.Load(Golden.Folder("small", name)));
}
