using System.Globalization;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Python's strftime in the C locale, with glibc's additions, for a time without a zone.</summary>
internal static class Strftime
{
    private const int MaxWidthDigits = 3;

    public static Text Format(Rendering rendering, string format)
    {
        var time = rendering.Clock.GetLocalNow();
        var result = new TextBuilder(rendering);
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }
            var end = i + 1;
            while (end < format.Length && "-_0^#".Contains(format[end]))
                end++;
            var flags = format[(i + 1)..end];
            var widthStart = end;
            while (end < format.Length && end - widthStart < MaxWidthDigits && char.IsAsciiDigit(format[end]))
                end++;
            if (end == format.Length)
                return result.Append(format.AsSpan(i)).ToText();
            var width = int.TryParse(format.AsSpan(widthStart..end), CultureInfo.InvariantCulture, out var given) ? given : 0;
            result.Append(Flagged(time, flags, format[end], width) ?? format[i..(end + 1)]);
            i = end;
        }
        return result.ToText();
    }

    // Flags: - no padding, _ spaces, 0 zeros, ^ upper case, # the other case.
    private static string? Flagged(DateTimeOffset time, string flags, char directive, int wide)
    {
        if (NumberOf(time, directive) is var (number, width, padding))
        {
            var flag = flags.LastOrDefault(candidate => candidate is '-' or '_' or '0');
            var digits = number.ToString(CultureInfo.InvariantCulture);
            return flag == '-' ? digits : digits.PadLeft(Math.Max(width, wide), flag == '_' ? ' ' : flag == '0' ? '0' : padding);
        }
        var text = TextOf(time, directive)?.PadLeft(wide, flags.Contains('0') ? '0' : ' ');
        if (text is not null && flags.Contains('#') && directive is 'p')
            return text.ToLowerInvariant();
        return flags.Contains('^') || flags.Contains('#') ? text?.ToUpperInvariant() : text;
    }

    private static (int Number, int Width, char Padding)? NumberOf(DateTimeOffset time, char directive)
    {
        var twelve = time.Hour % 12 == 0 ? 12 : time.Hour % 12;
        return directive switch
        {
            'd' => (time.Day, 2, '0'),
            'e' => (time.Day, 2, ' '),
            'm' => (time.Month, 2, '0'),
            'y' => (time.Year % 100, 2, '0'),
            'Y' => (time.Year, 1, '0'),
            'C' => (time.Year / 100, 2, '0'),
            'H' => (time.Hour, 2, '0'),
            'k' => (time.Hour, 2, ' '),
            'I' => (twelve, 2, '0'),
            'l' => (twelve, 2, ' '),
            'M' => (time.Minute, 2, '0'),
            'S' => (time.Second, 2, '0'),
            'f' => ((int)(time.Ticks % TimeSpan.TicksPerSecond / 10), 6, '0'),
            'j' => (time.DayOfYear, 3, '0'),
            'w' => ((int)time.DayOfWeek, 1, '0'),
            'u' => (MondayBased(time) + 1, 1, '0'),
            'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2, '0'),
            'W' => ((time.DayOfYear + 6 - MondayBased(time)) / 7, 2, '0'),
            'V' => (ISOWeek.GetWeekOfYear(time.DateTime), 2, '0'),
            'G' => (ISOWeek.GetYear(time.DateTime), 1, '0'),
            'g' => (ISOWeek.GetYear(time.DateTime) % 100, 2, '0'),
            _ => null,
        };
    }

    private static string? TextOf(DateTimeOffset time, char directive) => directive switch
    {
        'a' => In(time, "ddd"),
        'A' => In(time, "dddd"),
        'b' or 'h' => In(time, "MMM"),
        'B' => In(time, "MMMM"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'z' or 'Z' => "",
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'c' => $"{In(time, "ddd MMM")} {time.Day,2} {In(time, "HH:mm:ss")} {time.Year}",
        'x' or 'D' => In(time, "MM/dd/yy"),
        'X' or 'T' => In(time, "HH:mm:ss"),
        'F' => In(time, "yyyy-MM-dd"),
        'R' => In(time, "HH:mm"),
        'r' => In(time, "hh:mm:ss tt"),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string In(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    private static int MondayBased(DateTimeOffset time) => ((int)time.DayOfWeek + 6) % 7;
}
