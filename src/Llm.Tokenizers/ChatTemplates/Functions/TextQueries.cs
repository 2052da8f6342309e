using System.Globalization;
using System.Text;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The methods of Python's str that say something about a text: where a part is, and what its characters are.</summary>
internal static class TextQueries
{
    public static Builtin[] All { get; } =
    [
        new("find", "sub start? end? /", call => IntegerValue.Of(Find(call, fromEnd: false))),
        new("rfind", "sub start? end? /", call => IntegerValue.Of(Find(call, fromEnd: true))),
        new("index", "sub start? end? /", call => IntegerValue.Of(Found(Find(call, fromEnd: false)))),
        new("rindex", "sub start? end? /", call => IntegerValue.Of(Found(Find(call, fromEnd: true)))),
        new("count", "sub start? end? /", Count),
        new("startswith", "prefix start? end? /", call => BooleanValue.Of(Touches(call, atEnd: false))),
        new("endswith", "suffix start? end? /", call => BooleanValue.Of(Touches(call, atEnd: true))),
        new("isalpha", "", call => HoldsForAll(call, IsLetter)),
        new("isdecimal", "", call => HoldsForAll(call, IsDecimal)),
        new("isdigit", "", call => HoldsForAll(call, IsDigit)),
        new("isnumeric", "", call => HoldsForAll(call, IsNumeric)),
        new("isalnum", "", call => HoldsForAll(call, IsLetterOrNumber)),
        new("isspace", "", call => HoldsForAll(call, (text, i) => Chars.IsSpace(text[i]))),
        new("isascii", "", call => BooleanValue.Of(Ascii.IsValid(call.Self.Content))),
        new("isprintable", "", call => BooleanValue.Of(call.Self.Content.Length == 0 || HoldsForAll(call, Quoting.IsPrintable).IsTrue)),
        new("isidentifier", "", call => BooleanValue.Of(IsIdentifier(call.Self.Content))),
        new("islower", "", call => BooleanValue.Of(IsLower(call.Self.Content))),
        new("isupper", "", call => BooleanValue.Of(IsUpper(call.Self.Content))),
        new("istitle", "", call => BooleanValue.Of(IsTitle(call.Self.Content))),
    ];

    public static bool IsLower(string text) => HasCase(text, Casing.IsLower, Casing.IsUpper);

    public static bool IsUpper(string text) => HasCase(text, Casing.IsUpper, Casing.IsLower);

    /// <summary>What a variable may be called.</summary>
    public static bool IsIdentifier(string text)
    {
        for (var i = 0; i < text.Length; i += Chars.WidthAt(text, i))
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(text, i);
            var isStart = text[i] == '_' || IsLetter(text, i) || category == UnicodeCategory.LetterNumber;
            if (!isStart && (i == 0 || category is not (UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation)))
                return false;
        }
        return text.Length > 0;
    }

    /// <summary>A character of words (\w): a letter, number or underscore.</summary>
    public static bool IsWord(string text, int i) => text[i] == '_' || IsLetterOrNumber(text, i);

    // Places in UTF-16 units; null where start lies behind the end of the text.
    private static (int Start, int End)? WindowOf(BuiltinCall call)
    {
        var (text, count) = (call.Self.Content, call.Self.Count);
        var (start, end) = (call.OptionalInteger(1) ?? 0, call.OptionalInteger(2) ?? count);
        start = Math.Max(0, start < 0 ? start + count : start);
        end = Math.Min(count, Math.Max(0, end < 0 ? end + count : end));
        if (start > count || start > end)
            return null;
        return (Chars.OffsetOf(text, start, count), Chars.OffsetOf(text, end, count));
    }

    private static int Find(BuiltinCall call, bool fromEnd)
    {
        var (text, part) = (call.Self.Content, call.Text(0));
        call.Rendering.Scan(text.Length);
        if (WindowOf(call) is not var (start, end))
            return -1;
        var found = fromEnd ? TextSearch.LastIndexOf(text, part, end) : TextSearch.IndexOf(text, part, start);
        if (found < start || found + part.Length > end)
            return -1;
        return call.Self.Count == text.Length ? found : Chars.Count(text[..found]);
    }

    private static int Found(int index) => index >= 0 ? index : throw Fault.Operation("The part is not in the text.");

    private static IntegerValue Count(BuiltinCall call)
    {
        var (text, part) = (call.Self.Content, call.Text(0));
        call.Rendering.Scan(text.Length);
        if (WindowOf(call) is not var (start, end))
            return IntegerValue.Of(0);
        if (part.Length == 0)
            return IntegerValue.Of(Chars.Count(text[start..end]) + 1);
        var count = 0;
        for (; TextSearch.IndexOf(text, part, start) is var found and >= 0 && found + part.Length <= end; count++)
        {
            call.Rendering.Step();
            start = found + part.Length;
        }
        return IntegerValue.Of(count);
    }

    private static bool Touches(BuiltinCall call, bool atEnd)
    {
        IEnumerable<Value> parts = call[0] is TupleValue tuple ? tuple.Items : [call[0]];
        foreach (var part in parts)
        {
            var affix = part is Text text
                ? text.Content
                : throw Fault.WrongValue(part, $"A text cannot begin or end with a value of type {part.TypeName}.");
            call.Rendering.Scan(affix.Length);
            if (WindowOf(call) is not var (start, end))
                continue;
            var window = call.Self.Content.AsSpan(start, end - start);
            if (atEnd ? window.EndsWith(affix, StringComparison.Ordinal) : window.StartsWith(affix, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static BooleanValue HoldsForAll(BuiltinCall call, Func<string, int, bool> holds)
    {
        var text = call.Self.Content;
        call.Rendering.Scan(text.Length);
        for (var i = 0; i < text.Length; i += Chars.WidthAt(text, i))
        {
            if (!holds(text, i))
                return BooleanValue.False;
        }
        return BooleanValue.Of(text.Length > 0);
    }

    private static bool IsLetter(string text, int i) => CharUnicodeInfo.GetUnicodeCategory(text, i) <= UnicodeCategory.OtherLetter;

    private static bool IsDecimal(string text, int i) => CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.DecimalDigitNumber;

    private static bool IsDigit(string text, int i) => CharUnicodeInfo.GetDigitValue(text, i) >= 0;

    private static bool IsNumeric(string text, int i) => CharUnicodeInfo.GetNumericValue(text, i) != -1;

    private static bool IsLetterOrNumber(string text, int i) => IsLetter(text, i) || IsNumeric(text, i);

    private static bool HasCase(string text, Func<string, int, bool> wanted, Func<string, int, bool> other)
    {
        var hasAny = false;
        for (var i = 0; i < text.Length; i += Chars.WidthAt(text, i))
        {
            if (other(text, i) || CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.TitlecaseLetter)
                return false;
            hasAny |= wanted(text, i);
        }
        return hasAny;
    }

    private static bool IsTitle(string text)
    {
        var (hasAny, wasCased) = (false, false);
        for (var i = 0; i < text.Length; i += Chars.WidthAt(text, i))
        {
            var isStart = Casing.IsUpper(text, i) || CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.TitlecaseLetter;
            if (isStart ? wasCased : !wasCased && Casing.IsLower(text, i))
                return false;
            wasCased = isStart || Casing.IsLower(text, i);
            hasAny |= wasCased;
        }
        return hasAny;
    }
}
