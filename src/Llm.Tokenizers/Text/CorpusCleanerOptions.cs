using System.Text.RegularExpressions;

namespace Llm.Tokenizers;

/// <summary>What a <see cref="CorpusCleaner"/> does to documents, and which it leaves out.</summary>
public sealed partial class CorpusCleanerOptions
{
    /// <summary>
    /// Lines that are about the document rather than of it: those that match are dropped. The default is lines that start with a field
    /// name of a document's head (Title, Author, Date, URL, Source, Tags and the like) and a colon. Null keeps all lines.
    /// </summary>
    public Regex? MetadataLine { get; set; } = UsualMetadataLine();

    /// <summary>Turns three and more line ends in a row into two. The default is true.</summary>
    public bool JoinsBlankLines { get; set; } = true;

    /// <summary>Documents with fewer words are left out. The default is 50.</summary>
    public int MinWords { get; set; } = 50;

    /// <summary>Documents with more words are left out. The default is 2000.</summary>
    public int MaxWords { get; set; } = 2000;

    /// <summary>
    /// Leaves out documents that begin with the same characters as an earlier one; so many are compared. The default is 100; 0 compares
    /// none.
    /// </summary>
    public int DuplicatePrefix { get; set; } = 100;

    /// <summary>
    /// Leaves out documents that are equal to an earlier one but for case and white space. The default is false, as equal documents begin
    /// alike.
    /// </summary>
    public bool DropsEqualTexts { get; set; }

    /// <summary>Checks that the options make sense together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says why.</exception>
    public void Validate()
    {
        if (MinWords < 0)
            throw new ArgumentException($"MinWords is {MinWords}, but must not be negative.");
        if (MaxWords < MinWords || MaxWords < 1)
            throw new ArgumentException($"MaxWords is {MaxWords}, but must be at least 1 and MinWords ({MinWords}).");
        if (DuplicatePrefix < 0)
            throw new ArgumentException($"DuplicatePrefix is {DuplicatePrefix}, but must not be negative. 0 compares no beginnings.");
    }

    [GeneratedRegex(
        @"^\s*(title|author|authors|by|date|published|updated|url|link|source|category|categories|tag|tags|language|copyright|license)\s*:",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UsualMetadataLine();
}
