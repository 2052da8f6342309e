using System.Text;
using CsCheck;

namespace Llm.Tokenizers.Tests;

public class SplitPatternTests
{
    private static readonly string[] Atoms = [
        "a", "Z", "x", "'s", "'S", "'ll", "'LL", "'re", "'vE", "'", "é", "\u0301", "漢", "1", "22", "٣", "½", "!", "-", " ", " ",
        "\t", "\n", "\r", "\u0085", "\u00A0", "\u2028", "\u3000", "\u200B", "\uFEFF", "\0", "\u001C", "/", "'\u017F", "\u01C5",
        "\u02B0", "ß", "Σ", "\u0903", "\u20DD", "𠀀", "𝐀", "𝐚", "𝟘", "🚀", "\U000E0001", "\U000E0101", "\U0001E94B", "٤",
        "@", "[", "`", "{", "A", "z", "seventeen letters", "ABCDEFGHIJKLMNOP", "abcdefghijklmnop", "ÿ"];

    public static TheoryData<string> Patterns => ["gpt2", "cl100k", "nanochat", "qwen2", "o200k"];

    private static SplitPattern Named(string name) =>
        new[] { SplitPattern.Gpt2, SplitPattern.Cl100k, SplitPattern.Nanochat, SplitPattern.Qwen2, SplitPattern.O200k, SplitPattern.None }
            .Single(pattern => pattern.Name == name);

    [Theory, MemberData(nameof(Patterns))]
    public void Split_RandomText_EqualsRegularExpression(string name)
    {
        var regex = new RegexPattern(Named(name).Regex!);
        Gen.Int[0, Atoms.Length - 1].Select(i => Atoms[i]).Array[0, 16].Select(string.Concat).Sample(
            text =>
            {
                Assert.Equal(Split(regex, text), Split(Named(name), text));
                Assert.Equal(regex.FindMatches(text), Named(name).FindMatches(text));
            },
            iter: 5000);
    }

    [Theory]
    [InlineData("gpt2", "𝐀𠀀b𝟘𝟙 🚀", new[] { "𝐀𠀀b", "𝟘𝟙", " 🚀" })]
    [InlineData("cl100k", "𠀀's 𝟘𝟘𝟘𝟘", new[] { "𠀀", "'s", " ", "𝟘𝟘𝟘", "𝟘" })]
    [InlineData("cl100k", "it'\u017Fa", new[] { "it", "'\u017F", "a" })] // the long s folds to s
    [InlineData("gpt2", "a\u180Eb", new[] { "a", "\u180E", "b" })] // once a space, no longer
    [InlineData("none", "a b\n1", new[] { "a b\n1" })]
    [InlineData("gpt2", "", new string[0])]
    public void Split_BeyondRegex_FollowsWholeCodePoints(string name, string text, string[] pieces) =>
        Assert.Equal(pieces, Split(Named(name), text));

    [Fact]
    public void Split_LengthsDoNotFit_GoesOnWithTheNextCall()
    {
        var text = string.Concat(Enumerable.Repeat("a 1 ", 1000));

        Assert.Equal(Split(SplitPattern.Gpt2, text, capacity: 4096), Split(SplitPattern.Gpt2, text, capacity: 7));
    }

    [Fact]
    public void FromRegex_KnownSpellings_GiveThePattern()
    {
        Assert.All(Patterns, name => Assert.Same(Named(name.Data), SplitPattern.FromRegex(Named(name.Data).Regex!)));
        foreach (var (encoding, name) in new[] { ("r50k_base", "gpt2"), ("cl100k_base", "cl100k"), ("o200k_base", "o200k") })
            Assert.Same(Named(name), SplitPattern.FromRegex(Golden.Read(Golden.Folder("real", $"{encoding}.json")).Text("pattern")));
    }

    [Fact]
    public void FromRegex_OtherPattern_KeepsWhatDoesNotMatch() =>
        Assert.Equal(["ab", " - ", "𠀀1", "!"], Split(SplitPattern.FromRegex(@"\w+"), "ab - 𠀀1!"));

    internal static unsafe List<string> Split(SplitPattern pattern, string text, int capacity = 64)
    {
        var utf8 = Encoding.UTF8.GetBytes(text + new string('\0', UnicodeClasses.Padding));
        var pieces = new List<string>();
        var lengths = new int[capacity];
        var done = 0;
        var end = utf8.Length - UnicodeClasses.Padding;
        fixed (byte* start = utf8)
        {
            while (done < end)
            {
                foreach (var length in lengths.AsSpan(0, pattern.Split(start, start + done, start + end, lengths)))
                {
                    pieces.Add(Encoding.UTF8.GetString(utf8, done, length));
                    done += length;
                }
            }
        }
        return pieces;
    }
}
