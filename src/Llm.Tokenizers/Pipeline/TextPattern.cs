using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>What Split and Replace look for: a string, or a regular expression in Oniguruma's syntax.</summary>
internal sealed class TextPattern
{
    private readonly string _spelling;
    private readonly SplitPattern? _regex; // null for a plain string

    private TextPattern(string spelling, SplitPattern? regex) => (_spelling, _regex) = (spelling, regex);

    public static TextPattern FromString(string text) => new(text, null);

    /// <exception cref="NotSupportedException">The expression asks for something that is not supported.</exception>
    public static TextPattern FromRegex(string regex) => new(regex, SplitPattern.FromOniguruma(regex));

    /// <summary>Reads {"String": …} or {"Regex": …}.</summary>
    public static TextPattern Read(JsonElement section)
    {
        if (section.Find("pattern") is not { } pattern)
            throw new FormatException($"{SectionReading.TypeOf(section)} has no pattern.");
        if (pattern.FindString("String") is { } text)
            return FromString(text);
        return pattern.FindString("Regex") is { } regex
            ? FromRegex(regex)
            : throw new FormatException($"The pattern of {SectionReading.TypeOf(section)} is {pattern}; it must be a String or a Regex.");
    }

    /// <summary>Whether it is a single character, so that a match never lies in two parts of a text.</summary>
    public bool IsCharacter => _regex is null && _spelling.Length > 0
        && Rune.TryGetRuneAt(_spelling, 0, out var character) && character.Utf16SequenceLength == _spelling.Length;

    public JsonObject ToJson() => new() { [_regex is null ? "String" : "Regex"] = _spelling };

    /// <summary>The matches from left to right, which do not overlap. An empty match never follows another match directly.</summary>
    public List<(int Start, int Length)> FindMatches(string text)
    {
        if (text.Length == 0)
            return [];
        return _regex is null ? FindString(text) : _regex.FindMatches(text);
    }

    private List<(int Start, int Length)> FindString(string text)
    {
        var matches = new List<(int, int)>();
        if (_spelling.Length == 0)
        {
            for (var i = 0; i <= text.Length; i++)
            {
                if (i == text.Length || !char.IsLowSurrogate(text[i]))
                    matches.Add((i, 0));
            }
            return matches;
        }
        for (var from = 0; text.IndexOf(_spelling, from, StringComparison.Ordinal) is >= 0 and var at; from = at + _spelling.Length)
            matches.Add((at, _spelling.Length));
        return matches;
    }
}
