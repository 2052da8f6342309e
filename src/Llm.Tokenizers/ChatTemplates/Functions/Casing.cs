using System.Globalization;
using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// Upper, lower and title case as Python has them: Unicode's full mappings (SpecialCasing.txt, CaseFolding.txt), where one character may
/// become several.
/// </summary>
internal static class Casing
{
    private const char FinalSigma = 'ς';
    private const char Sigma = 'σ';
    private const string IgnorablePunctuation = "'.:^`¨·՟״‘’․‧︓﹒﹕＇．：";

    public static string Upper(string text) => Map(text, (runes, i) => UpperOf(runes[i]));

    public static string Lower(string text) => Map(text, LowerOf);

    public static string Title(string text)
    {
        var wasCased = false;
        return Map(text, (runes, i) =>
        {
            var mapped = wasCased ? LowerOf(runes, i) : TitleOf(runes[i]);
            wasCased = IsCased(runes[i]);
            return mapped;
        });
    }

    public static string Capitalize(string text) => Map(text, (runes, i) => i == 0 ? TitleOf(runes[i]) : LowerOf(runes, i));

    public static string Swap(string text) => Map(text, (runes, i) =>
        IsUpper(runes[i]) ? LowerOf(runes, i) : IsLower(runes[i]) ? UpperOf(runes[i]) : runes[i].ToString());

    public static string Fold(string text) => Map(text, (runes, i) => FoldOf(runes[i]));

    /// <summary>Unicode's property Lowercase.</summary>
    public static bool IsLower(string text, int i) => Rune.TryGetRuneAt(text, i, out var rune) && IsLower(rune);

    /// <summary>Unicode's property Uppercase.</summary>
    public static bool IsUpper(string text, int i) => Rune.TryGetRuneAt(text, i, out var rune) && IsUpper(rune);

    private static bool IsLower(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter || CasingTables.IsOtherLower(rune.Value);

    private static bool IsUpper(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.UppercaseLetter || CasingTables.IsOtherUpper(rune.Value);

    private static bool IsCased(Rune rune) =>
        IsLower(rune) || IsUpper(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    private static string Map(string text, Func<Rune[], int, string> map)
    {
        if (text.Length == 0)
            return text;
        var runes = text.EnumerateRunes().ToArray();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < runes.Length; i++)
            result.Append(map(runes, i));
        return result.ToString();
    }

    private static string UpperOf(Rune rune) =>
        CasingTables.Upper.TryGetValue(rune.Value, out var special) ? special : Rune.ToUpperInvariant(rune).ToString();

    private static string TitleOf(Rune rune)
    {
        if (CasingTables.FindTitle(rune.Value) is { } special)
            return special;
        var upper = UpperOf(rune);
        return upper.Length == rune.Utf16SequenceLength ? upper : upper[0] + upper[1..].ToLowerInvariant();
    }

    private static string LowerOf(Rune rune) => rune.Value == 'İ' ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString();

    // But for these, folding is the lower case of the upper case.
    private static string FoldOf(Rune rune) => rune.Value switch
    {
        'ı' => "ı",
        'ẞ' => "ss",
        (>= 0x13a0 and <= 0x13fd) or (>= 0xab70 and <= 0xabbf) => Rune.ToUpperInvariant(rune).ToString(), // Cherokee
        _ => string.Concat(UpperOf(rune).EnumerateRunes().Select(LowerOf)),
    };

    private static string LowerOf(Rune[] runes, int i)
    {
        if (runes[i].Value != 'Σ')
            return LowerOf(runes[i]);
        var before = i - 1;
        while (before >= 0 && IsIgnorable(runes[before]))
            before--;
        var after = i + 1;
        while (after < runes.Length && IsIgnorable(runes[after]))
            after++;
        var isFinal = before >= 0 && IsCased(runes[before]) && (after == runes.Length || !IsCased(runes[after]));
        return (isFinal ? FinalSigma : Sigma).ToString();
    }

    private static bool IsIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || (rune.IsBmp && IgnorablePunctuation.Contains((char)rune.Value));
}
