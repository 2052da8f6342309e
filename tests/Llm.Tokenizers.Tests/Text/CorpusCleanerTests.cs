using System.Text.RegularExpressions;

namespace Llm.Tokenizers.Tests;

public class CorpusCleanerTests
{
    [Fact]
    public void CleanText_MetadataLines_AreDropped()
    {
        const string Text = "Title: The Whale\nauthor : H. M.\nURL:x\n\nThe story.\nNo title: it says.\n  tags: sea\n";

        Assert.Equal("The story.\nNo title: it says.", new CorpusCleaner().CleanText(Text));
    }

    [Theory]
    [InlineData("a\nb", "a\nb")]
    [InlineData("a\n\nb", "a\n\nb")]
    [InlineData("a\n\n\nb", "a\n\nb")]
    [InlineData("a\n\n\n\n\nb\n\n\n", "a\n\nb")]
    [InlineData("a\r\n\r\n\r\nb", "a\n\nb")]
    [InlineData("a\n \n\nb", "a\n \n\nb")]
    [InlineData("a\n\nDate: today\n\nb", "a\n\nb")]
    [InlineData("", "")]
    public void CleanText_ThreeLineEndsAndMore_BecomeTwo(string text, string expected) =>
        Assert.Equal(expected, new CorpusCleaner().CleanText(text));

    [Fact]
    public void CleanText_OptionsOff_LeavesTheText()
    {
        var cleaner = new CorpusCleaner(new CorpusCleanerOptions { MetadataLine = null, JoinsBlankLines = false });

        Assert.Equal("Title: x\n\n\n\ny", cleaner.CleanText("Title: x\n\n\n\ny"));
    }

    [Fact]
    public void CleanText_OwnPattern_DropsItsLines()
    {
        var cleaner = new CorpusCleaner(new CorpusCleanerOptions { MetadataLine = new Regex("^#") });

        Assert.Equal("Title: x", cleaner.CleanText("# note\nTitle: x"));
    }

    [Theory, InlineData(49, false), InlineData(50, true), InlineData(2000, true), InlineData(2001, false)]
    public void Clean_WordsFewOrMany_AreKeptFrom50To2000(int words, bool isKept)
    {
        var document = string.Join("\t ", Enumerable.Range(0, words).Select(i => $"w{i}"));

        Assert.Equal(isKept ? 1 : 0, new CorpusCleaner().Clean([document]).Count());
    }

    [Fact]
    public void Clean_SameFirst100Characters_KeepsTheFirst()
    {
        var beginning = string.Concat(Enumerable.Repeat("🐋 ", 50)); // 100 characters, 150 UTF-16 units
        var (first, second) = (beginning + Words("a"), beginning + Words("b"));
        var third = "x" + second;

        Assert.Equal([first, third], new CorpusCleaner().Clean([first, second, third]));
        Assert.Equal([first, second, third], Clean(new CorpusCleanerOptions { DuplicatePrefix = 101 }, first, second, third));
        Assert.Equal([first, second, third, first], Clean(new CorpusCleanerOptions { DuplicatePrefix = 0 }, first, second, third, first));
    }

    [Fact]
    public void Clean_EqualButForCaseAndSpaces_IsLeftOutOnRequest()
    {
        var (text, other) = (Words("word"), Words("word").ToUpperInvariant().Replace(" ", " \n", StringComparison.Ordinal));

        Assert.Equal([text, other], new CorpusCleaner().Clean([text, other]));
        Assert.Equal([text], Clean(new CorpusCleanerOptions { DropsEqualTexts = true, DuplicatePrefix = 0 }, text, other));
    }

    [Fact]
    public void Clean_Progress_SaysWhatBecameOfEach()
    {
        var reports = new Reports();
        string[] documents = [Words("a"), "short", Words("a"), string.Join(' ', Enumerable.Repeat(Words("b"), 40))];

        foreach (var _ in new CorpusCleaner().Clean(documents, reports))
        {
        }

        Assert.Equal(new CorpusCleaningProgress(Read: 4, Kept: 1, TooShort: 1, TooLong: 1, Duplicates: 1), reports.All[^1]);
        Assert.Equal(4, reports.All.Count);
    }

    [Fact]
    public void Clean_EndlessDocuments_AreReadAsTheyAreAskedFor()
    {
        var cleaned = new CorpusCleaner().Clean(Endless()).Take(3);

        Assert.Equal(3, cleaned.Count());

        static IEnumerable<string> Endless()
        {
            for (var i = 0; ; i++)
                yield return Words($"{i}");
        }
    }

    [Fact]
    public void Constructor_OptionsThatContradict_SaysWhatIsAllowed()
    {
        Assert.Contains("MaxWords is 10, but must be at least 1 and MinWords (50)", Fails(new CorpusCleanerOptions { MaxWords = 10 }));
        Assert.Contains("MinWords is -1", Fails(new CorpusCleanerOptions { MinWords = -1 }));
        Assert.Contains("DuplicatePrefix is -1", Fails(new CorpusCleanerOptions { DuplicatePrefix = -1 }));

        static string Fails(CorpusCleanerOptions options) => Assert.Throws<ArgumentException>(() => new CorpusCleaner(options)).Message;
    }

    private static string Words(string word) => string.Join(' ', Enumerable.Repeat(word, 60));

    private static IEnumerable<string> Clean(CorpusCleanerOptions options, params string[] documents) =>
        new CorpusCleaner(options).Clean(documents);

    private sealed class Reports : IProgress<CorpusCleaningProgress>
    {
        public List<CorpusCleaningProgress> All { get; } = [];

        public void Report(CorpusCleaningProgress value) => All.Add(value);
    }
}
