using System.Collections.Frozen;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>What Unicode's full case mappings have beyond the mappings of single characters that .NET knows.</summary>
internal static class CasingTables
{
    // A character and what it becomes, with spaces between (SpecialCasing.txt).
    private const string UpperEntries =
        "\u0131I \u00dfSS \u0149\u02bcN \u01f0J\u030c \u0390\u0399\u0308\u0301 \u03b0\u03a5\u0308\u0301 \u0587\u0535\u0552 "
        + "\u1e96H\u0331 \u1e97T\u0308 \u1e98W\u030a \u1e99Y\u030a \u1e9aA\u02be \u1f50\u03a5\u0313 \u1f52\u03a5\u0313\u0300 "
        + "\u1f54\u03a5\u0313\u0301 \u1f56\u03a5\u0313\u0342 \u1f80\u1f08\u0399 \u1f81\u1f09\u0399 \u1f82\u1f0a\u0399 \u1f83\u1f0b\u0399 "
        + "\u1f84\u1f0c\u0399 \u1f85\u1f0d\u0399 \u1f86\u1f0e\u0399 \u1f87\u1f0f\u0399 \u1f88\u1f08\u0399 \u1f89\u1f09\u0399 "
        + "\u1f8a\u1f0a\u0399 \u1f8b\u1f0b\u0399 \u1f8c\u1f0c\u0399 \u1f8d\u1f0d\u0399 \u1f8e\u1f0e\u0399 \u1f8f\u1f0f\u0399 "
        + "\u1f90\u1f28\u0399 \u1f91\u1f29\u0399 \u1f92\u1f2a\u0399 \u1f93\u1f2b\u0399 \u1f94\u1f2c\u0399 \u1f95\u1f2d\u0399 "
        + "\u1f96\u1f2e\u0399 \u1f97\u1f2f\u0399 \u1f98\u1f28\u0399 \u1f99\u1f29\u0399 \u1f9a\u1f2a\u0399 \u1f9b\u1f2b\u0399 "
        + "\u1f9c\u1f2c\u0399 \u1f9d\u1f2d\u0399 \u1f9e\u1f2e\u0399 \u1f9f\u1f2f\u0399 \u1fa0\u1f68\u0399 \u1fa1\u1f69\u0399 "
        + "\u1fa2\u1f6a\u0399 \u1fa3\u1f6b\u0399 \u1fa4\u1f6c\u0399 \u1fa5\u1f6d\u0399 \u1fa6\u1f6e\u0399 \u1fa7\u1f6f\u0399 "
        + "\u1fa8\u1f68\u0399 \u1fa9\u1f69\u0399 \u1faa\u1f6a\u0399 \u1fab\u1f6b\u0399 \u1fac\u1f6c\u0399 \u1fad\u1f6d\u0399 "
        + "\u1fae\u1f6e\u0399 \u1faf\u1f6f\u0399 \u1fb2\u1fba\u0399 \u1fb3\u0391\u0399 \u1fb4\u0386\u0399 \u1fb6\u0391\u0342 "
        + "\u1fb7\u0391\u0342\u0399 \u1fbc\u0391\u0399 \u1fc2\u1fca\u0399 \u1fc3\u0397\u0399 \u1fc4\u0389\u0399 \u1fc6\u0397\u0342 "
        + "\u1fc7\u0397\u0342\u0399 \u1fcc\u0397\u0399 \u1fd2\u0399\u0308\u0300 \u1fd3\u0399\u0308\u0301 \u1fd6\u0399\u0342 "
        + "\u1fd7\u0399\u0308\u0342 \u1fe2\u03a5\u0308\u0300 \u1fe3\u03a5\u0308\u0301 \u1fe4\u03a1\u0313 \u1fe6\u03a5\u0342 "
        + "\u1fe7\u03a5\u0308\u0342 \u1ff2\u1ffa\u0399 \u1ff3\u03a9\u0399 \u1ff4\u038f\u0399 \u1ff6\u03a9\u0342 \u1ff7\u03a9\u0342\u0399 "
        + "\u1ffc\u03a9\u0399 \ufb00FF \ufb01FI \ufb02FL \ufb03FFI \ufb04FFL \ufb05ST \ufb06ST \ufb13\u0544\u0546 \ufb14\u0544\u0535 "
        + "\ufb15\u0544\u053b \ufb16\u054e\u0546 \ufb17\u0544\u053d";

    private const string TitleEntries =
        "\u0149\u02bcN \u01c4\u01c5 \u01c5\u01c5 \u01c6\u01c5 \u01c7\u01c8 \u01c8\u01c8 \u01c9\u01c8 \u01ca\u01cb \u01cb\u01cb "
        + "\u01cc\u01cb \u01f1\u01f2 \u01f2\u01f2 \u01f3\u01f2 \u1fb2\u1fba\u0345 \u1fb3\u1fbc \u1fb4\u0386\u0345 "
        + "\u1fb7\u0391\u0342\u0345 \u1fbc\u1fbc \u1fc2\u1fca\u0345 \u1fc3\u1fcc \u1fc4\u0389\u0345 \u1fc7\u0397\u0342\u0345 "
        + "\u1fcc\u1fcc \u1ff2\u1ffa\u0345 \u1ff3\u1ffc \u1ff4\u038f\u0345 \u1ff7\u03a9\u0342\u0345 \u1ffc\u1ffc";

    /// <summary>Upper case where it is not one character, or not the one that .NET has.</summary>
    public static FrozenDictionary<int, string> Upper { get; } = Read(UpperEntries);

    private static FrozenDictionary<int, string> TitleTable { get; } = Read(TitleEntries);

    /// <summary>Title case where it is not the first character in upper case and the others in lower case; null for the rest.</summary>
    public static string? FindTitle(int point) => point switch
    {
        >= 0x10d0 and <= 0x10ff => ((char)point).ToString(), // Georgian has none
        >= 0x1f80 and <= 0x1faf => ((char)(point | 8)).ToString(), // Greek with iota subscript
        _ => TitleTable.GetValueOrDefault(point),
    };

    /// <summary>Characters with the property Lowercase that are no lower case letters (Other_Lowercase).</summary>
    public static bool IsOtherLower(int point) =>
        point is 0xaa or 0xba or (>= 0x2b0 and <= 0x2b8) or 0x2c0 or 0x2c1 or (>= 0x2e0 and <= 0x2e4)
        or 0x345 or 0x37a or (>= 0x1d2c and <= 0x1d6a) or 0x1d78 or (>= 0x1d9b and <= 0x1dbf) or 0x2071 or 0x207f
        or (>= 0x2090 and <= 0x209c) or (>= 0x2170 and <= 0x217f) or (>= 0x24d0 and <= 0x24e9) or 0x2c7c or 0x2c7d or 0xa69c or 0xa69d
        or 0xa770 or 0xa7f8 or 0xa7f9 or (>= 0xab5c and <= 0xab5f) or 0x10780 or (>= 0x10783 and <= 0x10785)
        or (>= 0x10787 and <= 0x107b0) or (>= 0x107b2 and <= 0x107ba);

    /// <summary>Characters with the property Uppercase that are no upper case letters (Other_Uppercase).</summary>
    public static bool IsOtherUpper(int point) => point is (>= 0x2160 and <= 0x216f) or (>= 0x24b6 and <= 0x24cf)
        or (>= 0x1f130 and <= 0x1f149) or (>= 0x1f150 and <= 0x1f169) or (>= 0x1f170 and <= 0x1f189);

    private static FrozenDictionary<int, string> Read(string entries) =>
        entries.Split(' ').ToFrozenDictionary(entry => (int)entry[0], entry => entry[1..]);
}
