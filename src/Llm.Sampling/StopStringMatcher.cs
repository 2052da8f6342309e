namespace Llm.Sampling;

/// <summary>Looks for several strings in a text that comes one character at a time (Knuth, Morris and Pratt, 1977).</summary>
internal sealed class StopStringMatcher
{
    private readonly string[] _strings;
    private readonly int[][] _fallbacks; // length of the longest proper prefix that also ends the first i characters
    private readonly int[] _matched;     // characters of each string that the text ends with

    public StopStringMatcher(IReadOnlyList<string> strings)
    {
        _strings = [.. strings];
        _fallbacks = [.. _strings.Select(FallbacksOf)];
        _matched = new int[_strings.Length];
    }

    /// <summary>Characters at the end of the text that may become a stop string.</summary>
    public int Pending { get; private set; }

    /// <summary>Takes one more character.</summary>
    /// <returns>Length of the longest string that ends with it; 0 for none.</returns>
    public int Append(char character)
    {
        var found = 0;
        Pending = 0;
        for (var i = 0; i < _strings.Length; i++)
        {
            _matched[i] = Advance(_strings[i], _fallbacks[i], _matched[i], character);
            if (_matched[i] == _strings[i].Length)
                found = Math.Max(found, _matched[i]);
            Pending = Math.Max(Pending, _matched[i]);
        }
        return found;
    }

    private static int Advance(string text, int[] fallbacks, int matched, char character)
    {
        if (matched == text.Length)
            matched = fallbacks[matched];
        while (matched > 0 && text[matched] != character)
            matched = fallbacks[matched];
        return text[matched] == character ? matched + 1 : 0;
    }

    private static int[] FallbacksOf(string text)
    {
        var fallbacks = new int[text.Length + 1];
        for (var length = 2; length <= text.Length; length++)
            fallbacks[length] = Advance(text, fallbacks, fallbacks[length - 1], text[length - 1]);
        return fallbacks;
    }
}
