using System.Text;

namespace Llm.Tokenizers.Tests;

public class AlignedTextTests
{
    [Fact]
    public void Constructor_UnpairedSurrogates_BecomeReplacementCharacters()
    {
        var text = new AlignedText("a\uD800b\uDC00𝐀", start: 10);

        Assert.Equal("a\uFFFDb\uFFFD𝐀", text.Text);
        Assert.Equal(11..12, text.PlaceOf(1, 1));
        Assert.Equal(14..16, text.PlaceOf(4, 2));
    }

    [Fact]
    public void Slice_OfASlice_KeepsPlacesAndBeginsAnew()
    {
        var slice = new AlignedText("abcdef", start: 5).Slice(1, 4).Slice(2, 2);

        Assert.Equal(("de", 8), (slice.Text, slice.Origin));
        Assert.Equal(8..10, slice.PlaceOf(0, 2));
    }

    [Fact]
    public void Filter_LeftOutCharacters_BelongToNoPlace()
    {
        var text = new AlignedText("xa\u0301𝐀x").Filter(character => character.Value is not ('x' or 0x301));

        Assert.Equal("a𝐀", text.Text);
        Assert.Equal(1..2, text.PlaceOf(0, 1));
        Assert.Equal(3..5, text.PlaceOf(1, 2));
        Assert.Equal(1..5, text.PlaceOf(0, 3));
    }

    [Fact]
    public void Map_LongerCharacters_KeepTheirPlaces()
    {
        var text = new AlignedText("ab").Map(character => character.Value == 'a' ? new Rune(0x1D400) : character);

        Assert.Equal("𝐀b", text.Text);
        Assert.Equal((0..1, 1..2), (text.PlaceOf(0, 2), text.PlaceOf(2, 1)));
    }

    [Fact]
    public void Prepend_Text_StandsForTheFirstCharacter()
    {
        var text = new AlignedText("ab").Prepend("▁▁");

        Assert.Equal("▁▁ab", text.Text);
        Assert.Equal((0..1, 0..1, 1..2), (text.PlaceOf(0, 2), text.PlaceOf(0, 3), text.PlaceOf(3, 1)));
    }

    [Theory]
    [InlineData("x", "a▁bc", 1, 1, "1..2")] // one character for one
    [InlineData("xyz", "axyzbc", 1, 3, "1..2")] // the new ones stand for the last old one
    [InlineData("", "abc", 1, 1, "2..3")]
    public void Replace_Match_StandsForItsLastCharacter(string content, string expected, int start, int length, string place)
    {
        var text = new AlignedText("a bc").Replace(TextPattern.FromString(" "), content == "x" ? "▁" : content);

        Assert.Equal(expected, text.Text);
        Assert.Equal(place, text.PlaceOf(start, length).ToString());
    }

    [Fact]
    public void Replace_EmptyMatchAtTheStart_StandsForTheEmptyPlaceThere()
    {
        var text = new AlignedText("ab", start: 3).Replace(TextPattern.FromRegex("^"), ">");

        Assert.Equal(">ab", text.Text);
        Assert.Equal((3..3, 3..4), (text.PlaceOf(0, 1), text.PlaceOf(1, 1)));
    }

    [Fact]
    public void Strip_Whitespace_KeepsPlacesAndOrigin()
    {
        var text = new AlignedText(" \u3000a b\n").Strip(left: true, right: true);

        Assert.Equal(("a b", 0), (text.Text, text.Origin));
        Assert.Equal(2..5, text.PlaceOf(0, 3));
    }
}
