namespace Llm.Tokenizers.Tests;

public class AddedTokenSplitterTests
{
    private static string[] Split(string text, params AddedToken[] tokens) => Split(text, SpecialTokenPolicy.Allow, tokens);

    // Added tokens stand in brackets.
    private static string[] Split(string text, SpecialTokenPolicy policy, params AddedToken[] tokens) =>
    [
        .. new AddedTokenSplitter(tokens).Split(text, policy)
            .Select(part => part.Token is null ? text[part.Place] : $"[{text[part.Place]}]"),
    ];

    [Fact]
    public void Split_TokensThatOverlap_TakesTheLeftmostThenTheLongest()
    {
        AddedToken[] tokens = [new("<tool>", 0), new("<tool>x", 1), new("x<t", 2)];

        Assert.Equal(["[<tool>x]", " ", "[<tool>]", "y"], Split("<tool>x <tool>y", tokens));
        Assert.Equal(["a", "[x<t]", "ool>"], Split("ax<tool>", tokens));
    }

    [Fact]
    public void Split_StrippingToken_TakesWhiteSpaceAlong()
    {
        Assert.Equal(["a", "[ \t<m>]", " b"], Split("a \t<m> b", new AddedToken("<m>", 0) { StripsLeft = true }));
        Assert.Equal(["a ", "[<m> \n]", "b"], Split("a <m> \nb", new AddedToken("<m>", 0) { StripsRight = true }));
        Assert.Equal(["[ <m> ]", "[<m>]"], Split(" <m> <m>", new AddedToken("<m>", 0) { StripsLeft = true, StripsRight = true }));
    }

    // As Hugging Face's library does it: what a token takes on its right is searched once more.
    [Fact]
    public void Split_TokenWithinTakenSpace_IsFoundAsWell()
    {
        Assert.Equal(["a", "[\n\n]", "[\n]", "b"], Split("a\n\nb", new AddedToken("\n", 0) { StripsRight = true }));
        Assert.Equal(
            ["[<m>  ]", "[ ]", "[ ]", "b"],
            Split("<m>  b", new AddedToken("<m>", 0) { StripsRight = true }, new AddedToken(" ", 1)));
    }

    [Theory]
    [InlineData("Whale", true), InlineData("a Whale.", true), InlineData("Whale's", true), InlineData("🐳Whale🐳", true)]
    [InlineData("Whales", false), InlineData("aWhale", false), InlineData("_Whale", false), InlineData("Whale1", false)]
    [InlineData("Whale𝐀", false)]
    public void Split_SingleWord_IsFoundBetweenOtherCharacters(string text, bool isFound) =>
        Assert.Equal(isFound, Split(text, new AddedToken("Whale", 0) { IsSingleWord = true }).Contains("[Whale]"));

    // A match that is no word of its own is passed over as a whole, and what stands in it is not looked for.
    [Fact]
    public void Split_SingleWordThatIsPartOfOne_HidesWhatStandsInIt() => Assert.Equal(
        ["awhaleboat ", "[boat]"],
        Split("awhaleboat boat", new AddedToken("whaleboat", 0) { IsSingleWord = true }, new AddedToken("boat", 1)));

    [Fact]
    public void Split_SingleWordBehindATokenOfTheFirstPass_StandsAtTheStartOfItsPart() => Assert.Equal(
        ["[Ahab]", "[sea]", " seas"],
        Split("Ahabsea seas", new AddedToken("Ahab", 0), new AddedToken("sea", 1) { IsSingleWord = true, IsNormalized = true }));

    [Fact]
    public void Split_NormalizedToken_YieldsToTheOthers() =>
        Assert.Equal(["[ab]", "c"], Split("abc", new AddedToken("abc", 0) { IsNormalized = true }, new AddedToken("ab", 1)));

    [Fact]
    public void Split_SpecialTokensAsText_StillFindsTheOthers()
    {
        AddedToken[] tokens = [new("<s>", 0), new("Ahab", 1) { IsSpecial = false }];

        Assert.Equal(["<s>", "[Ahab]"], Split("<s>Ahab", SpecialTokenPolicy.AsText, tokens));
        Assert.Equal(["[<s>]", "[Ahab]"], Split("<s>Ahab", SpecialTokenPolicy.Allow, tokens));
        Assert.Throws<ArgumentException>(() => Split("<s>Ahab", SpecialTokenPolicy.Throw, tokens));
        Assert.Equal(["[Ahab]"], Split("Ahab", SpecialTokenPolicy.Throw, tokens));
    }

    [Fact]
    public void Split_ForbiddenStart_LooksOnBehindIt()
    {
        AddedToken[] tokens = [new("<s>", 0), new("<<s>", 1)];

        Assert.Equal(["<", "[<s>]"], Split("<<s>", SpecialTokenPolicy.AllowOnly("<s>"), tokens));
    }

    [Fact]
    public void Split_EmptyText_HasNoParts() => Assert.Empty(Split("", new AddedToken("<s>", 0)));
}
