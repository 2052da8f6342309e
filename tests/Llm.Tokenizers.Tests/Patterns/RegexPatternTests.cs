using System.Diagnostics;
using System.Text;
using CsCheck;

namespace Llm.Tokenizers.Tests;

public class RegexPatternTests
{
    private static readonly string[] Expressions = [
        @"\w+|[^\w\s]+", @"\s+", @"(?<=\d)(?=\D)", @"\b", "a*", @"(?<!a)b|\p{L}{2}", "^.", @"(?i:ss|k)+", @"\R",
        @"[\p{Lu}\p{Lt}][\p{Ll}\p{M}]*|\p{N}"];

    [Theory]
    [InlineData("a+", "aabaaa", "0+2 3+3")]
    [InlineData("a+?", "aab", "0+1 1+1")]
    [InlineData("a++ab?", "aaab", "")] // the possessive run keeps what it has
    [InlineData("(?>a|ab)c", "abc ac", "4+2")]
    [InlineData("(a|ab)(c|bcd)(d*)", "abcd", "0+4")]
    [InlineData("b|bc|c", "abc", "1+1 2+1")] // the first branch, not the longest
    [InlineData("a{,2}b", "aaab", "1+3")]
    [InlineData("a{3,1}a", "aaa aa", "")] // {3,1} is {1,3} without giving back
    [InlineData("a{2}?", "aaa", "0+2 3+0")] // optional, not lazy; nothing is a match as well, but not right behind another one
    [InlineData("a{1,2}+", "aaaa", "0+4")] // Oniguruma repeats the interval
    [InlineData("x{2", "x{2", "0+3")]
    [InlineData("(^|(?i:$))+a", "a", "0+1")] // a group that takes nothing may be repeated, a bare place may not
    [InlineData("(?:a?)*b", "aab", "0+3")] // a round that takes nothing ends the loop
    [InlineData("(?:(?:a*)*)*", "aa", "0+2")]
    public void FindMatches_Repetitions_FollowOniguruma(string pattern, string text, string matches) =>
        Assert.Equal(matches, Find(pattern, text));

    [Theory]
    [InlineData("^b", "a\nb\n", "2+1")] // lines, always
    [InlineData("a$", "a\na", "0+1 2+1")]
    [InlineData(@"\Ab|b\z|c\Z", "b\nb\nc\n", "0+1 4+1")]
    [InlineData(@"\bis\b", "is this is", "0+2 8+2")]
    [InlineData(@"(?<=b|aa)c", "abc aac xc", "2+1 6+1")]
    [InlineData(@"(?<!\p{N}+)x", "𝟘x x", "4+1")]
    [InlineData(@"(?<=\d.++)x", "1axx", "2+1 3+1")] // what looks back takes nothing behind its place
    [InlineData(@"\s+(?!\S)", "a  b", "1+1")]
    [InlineData(@"a.b", "a\nb a𝐀b", "4+4")]
    [InlineData("(?m:a.b)", "a\nb", "0+3")]
    [InlineData("(?m)a.b", "a\nb", "0+3")]
    [InlineData(@"\R", "\r\n\n\r\u2028", "0+2 2+1 3+1 4+1")]
    [InlineData(@"\R\n", "\r\n", "")]
    public void FindMatches_Places_FollowOniguruma(string pattern, string text, string matches) =>
        Assert.Equal(matches, Find(pattern, text));

    [Theory]
    [InlineData("[^a-c]", "abxc𠀀", "2+1 4+2")]
    [InlineData("[a-w&&[^c-g]z]", "abcghzy", "0+1 1+1 4+1")]
    [InlineData("[]a]", "]ab", "0+1 1+1")]
    [InlineData("[a-]", "a-b", "0+1 1+1")]
    [InlineData(@"[\w-]", "-½²a", "0+1 3+1")] // \w of classes lacks the fractions …
    [InlineData(@"\w", "-½²a①", "1+1 2+1 3+1")] // … that \w has in Latin-1
    [InlineData("[[:punct:]]", "$a!", "0+1 2+1")]
    [InlineData(@"\p{punct}", "$a!", "2+1")]
    [InlineData("[[:^alpha:]]", "a1", "1+1")]
    [InlineData(@"\h+", "xFg1", "1+1 3+1")]
    [InlineData(@"\p{Han}+", "漢字かな𠀀", "0+2 4+2")]
    [InlineData(@"\p{^Lu}|\P{L}", "aA1", "0+1 2+1")]
    [InlineData(@"\p{L}\p{Letter Number}\p{in-general_punctuation}?", "aⅧ", "0+2")]
    [InlineData(@"\x41\u00e9\x{1d400}\011\cA", "Aé𝐀\t\u0001", "0+6")]
    [InlineData(@"[一-龥ぁ-ん𝐀-𝐙]", "字ん𝐁!", "0+1 1+1 2+2")]
    public void FindMatches_Classes_AreThoseOfOniguruma(string pattern, string text, string matches) =>
        Assert.Equal(matches, Find(pattern, text));

    [Theory]
    [InlineData("(?i:strasse)", "STRAßE Straße STRASSE", "0+6 7+6 14+7")]
    [InlineData("(?i)ß", "ss SS ẞ", "0+2 3+2 6+1")]
    [InlineData("(?i:k)", "kK\u212A", "0+1 1+1 2+1")]
    [InlineData("(?i:[a-k])", "AK\u212Az", "0+1 1+1 2+1")]
    [InlineData("(?i:[^k])", "kK\u212Az", "3+1")]
    [InlineData("a(?i)b|c", "aB aC C", "0+2 3+2")] // the option reaches over the branches of its group
    [InlineData("a(?i:b)c", "aBc aBC", "0+3")]
    [InlineData("(?i:ς)", "Σσς", "0+1 1+1 2+1")]
    [InlineData("(?i:ffi)", "ﬃ ﬀi fﬁ FFI", "0+1 8+3")]
    [InlineData(@"(?i:\p{Lu})(?i:[\p{Lu}])", "aa Aa", "3+2")] // case counts for a property outside of a class
    [InlineData("^(?i:[ß])$", "ss", "0+2")]
    [InlineData("(?i:[a&&[^A]])", "aA", "0+1 1+1")]
    [InlineData("(?<=(?i:ss))x", "ßx SSx", "5+1")] // single characters only
    [InlineData("(?x: a b # no\n c)", "abc", "0+3")]
    public void FindMatches_Options_FollowOniguruma(string pattern, string text, string matches) =>
        Assert.Equal(matches, Find(pattern, text));

    [Theory]
    [InlineData(@"(a)\1", "a back-reference, \\1")]
    [InlineData(@"(?<n>a)\k<n>", "a back-reference, \\k")]
    [InlineData(@"(?<n>a\g<n>?)", "\\g")]
    [InlineData("(?~abc)", "an absent function")]
    [InlineData("(?(<n>)a|b)", "a condition")]
    [InlineData("(?{1})", "a callout")]
    [InlineData("(*FAIL)", "a callout")]
    [InlineData(@"\X", "\\X")]
    [InlineData(@"a\Kb", "\\K")]
    [InlineData("(?W)a", "the option W")]
    [InlineData(@"\pL", "\\p without braces")]
    [InlineData(@"\xE6", "\\xE6, a part of a UTF-8 character")]
    [InlineData("(?:(?:a{1,900}b){900}){900}", "more than 20000 steps")]
    [InlineData("a++++++++++++", "more than 5 repetitions")]
    public void Constructor_Unsupported_IsNamed(string pattern, string what)
    {
        var error = Assert.Throws<NotSupportedException>(() => new RegexPattern(pattern));

        Assert.Contains(what, error.Message);
        Assert.Contains(pattern, error.Message);
    }

    [Theory]
    [InlineData("(a", "an opening parenthesis that nothing closed")]
    [InlineData("a)", "a closing parenthesis that nothing opened")]
    [InlineData("[a", "an end inside a class")]
    [InlineData("[]", "an empty class")]
    [InlineData("[b-a]", "the empty range b-a")]
    [InlineData(@"[a-\d]", "a range that ends with a class")]
    [InlineData("[a-[b]]", "a range that ends with a class")]
    [InlineData("*a", "a * that repeats nothing")]
    [InlineData("(?=a)*", "a repetition of what takes no characters")]
    [InlineData(@"\p{Klingon}", "the unknown property Klingon")]
    [InlineData(@"\u12", "a code point with 2 instead of 4 digits")]
    [InlineData(@"\uD800", "the code point D800, which is no character")]
    [InlineData("a{100001}", "a repetition of more than 100000 times")]
    [InlineData(@"a\", "an end inside an escape")]
    [InlineData("(?q)", "the unknown option or group (?q")]
    public void Constructor_Malformed_SaysWhere(string pattern, string what) =>
        Assert.Contains(what, Assert.Throws<FormatException>(() => new RegexPattern(pattern)).Message);

    [Fact]
    public void Constructor_HostilePatterns_AreRefusedAtOnce()
    {
        var clock = Stopwatch.StartNew();

        Assert.Throws<NotSupportedException>(() => new RegexPattern(new string('(', 9_000)));
        Assert.Throws<NotSupportedException>(() => new RegexPattern(new string('[', 9_000)));
        Assert.Throws<NotSupportedException>(() => new RegexPattern(new string('a', 10_001)));
        _ = new RegexPattern("(?i:" + new string('s', 5_000) + ")");
        _ = new RegexPattern(string.Concat(Enumerable.Repeat("(?:a{0}){99999}", 600)));
        _ = new RegexPattern("[" + string.Concat(Enumerable.Range(0x4E00, 9_000).Where(i => i % 2 == 0).Select(i => (char)i)) + "]");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(aa|a|aaa)*c")]
    [InlineData("(?:a?){30}a{30}b")]
    [InlineData(@"(?=(a+)+c)")]
    [InlineData(@"(?<=(a|aa)+)b")]
    public void FindMatches_CatastrophicPattern_FailsInsteadOfHanging(string pattern)
    {
        var error = Assert.Throws<InvalidOperationException>(() => new RegexPattern(pattern).FindMatches(new string('a', 60) + "!b"));

        Assert.Contains($"The pattern {pattern} takes too many steps", error.Message);
    }

    [Fact]
    public void FindMatches_LongRuns_TakeLinearTime()
    {
        var spaces = new string(' ', 1 << 20);

        Assert.Equal("", Find(@"\s+$", spaces + "x"));
        Assert.Equal("", Find(@"\s*[\r\n]+", spaces + "x"));
        Assert.Equal($"0+{spaces.Length}", Find(@"(?: | )*", spaces).Split(' ')[0]);
    }

    [Fact]
    public void Split_RandomText_CoversItWithMatchesAndWhatLiesBetween()
    {
        Gen.Select(Gen.Int[0, Expressions.Length - 1], Gen.String, Gen.Int[1, 5]).Sample(
            (expression, raw, capacity) =>
            {
                var pattern = new RegexPattern(Expressions[expression]);
                var text = new AlignedText(raw + "aß1\r\n Ⅷ𝟘k" + raw).Text;

                var pieces = new List<AlignedText>();
                SplitBehavior.Isolated.Split(new AlignedText(text), pattern.FindMatches(text), inverts: false, pieces);

                Assert.Equal(pieces.Select(piece => piece.Text), SplitPatternTests.Split(pattern, text, capacity));
            },
            iter: 3000);
    }

    [Fact]
    public void Train_OwnPattern_IsTheSameFromStreamAndText()
    {
        var pattern = SplitPattern.FromRegex(@"(?<=a)b|\w+");
        var text = string.Concat(Enumerable.Repeat("ab aab ba-bab,\n", 200_000)); // more than one block
        var options = new BpeTrainerOptions { VocabSize = 262, Pattern = pattern };

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var streamed = new BpeTrainer(options).Train([stream]);
        var whole = new BpeTrainer(options).Train([text]);

        Assert.Equal(whole.Vocabulary, streamed.Vocabulary);
    }

    private static string Find(string pattern, string text) =>
        string.Join(' ', new RegexPattern(pattern).FindMatches(text).Select(match => $"{match.Start}+{match.Length}"));
}
