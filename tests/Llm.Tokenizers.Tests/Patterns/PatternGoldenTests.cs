namespace Llm.Tokenizers.Tests;

/// <summary>Random regular expressions on random texts: the matches must be those of Oniguruma.</summary>
public class PatternGoldenTests
{
    [Fact]
    public void FindMatches_RandomExpressions_AreThoseOfOniguruma()
    {
        foreach (var golden in Golden.Cases(Golden.Folder("components", "patterns.json")))
        {
            var pattern = new RegexPattern(golden[0].GetString()!);
            foreach (var match in golden[1].EnumerateArray())
                Assert.Equal((golden[0].GetString(), match[1].ToString()), (pattern.Regex, Find(pattern, match[0].GetString()!)));
        }
    }

    // Start and length in code points.
    private static string Find(RegexPattern pattern, string text) => $"[{string.Join(',', pattern.FindMatches(text).Select(match =>
        $"[{Count(text[..match.Start])},{Count(text.Substring(match.Start, match.Length))}]"))}]";

    private static int Count(string text) => text.EnumerateRunes().Count();
}
