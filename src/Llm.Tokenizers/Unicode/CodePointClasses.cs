using System.Globalization;

namespace Llm.Tokenizers;

/// <summary>Classes of code points that regular expressions name, in the Unicode version of .NET (16 in .NET 10), for all planes.</summary>
internal static class CodePointClasses
{
    /// <summary>Alphabetic, mark, decimal digit, connector punctuation, or one of the two joiners.</summary>
    public static bool IsWord(int codePoint) => codePoint is 0x200C or 0x200D || CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.OtherLetter => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => IsAlphabeticSymbol(codePoint),
        _ => false,
    };

    // Letters in circles and squares are symbols, but alphabetic.
    private static bool IsAlphabeticSymbol(int codePoint) => codePoint is
        (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
