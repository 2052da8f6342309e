using System.Globalization;
using System.Text;

namespace Llm.Tokenizers;

internal sealed partial class PatternParser
{
    private static readonly CodePointSet NotLineEnd = CodePointSet.Of('\n').Complement();
    private static readonly CodePointSet HexDigit = CodePointSet.OfRanges([('0', '9'), ('A', 'F'), ('a', 'f')]);

    // Behind a backslash, outside of classes.
    private PatternNode ReadEscape(out int? literal)
    {
        literal = null;
        var next = TakeAny("an escape");
        switch (next)
        {
            case 'w' or 'W':
                return new CharacterNode(next == 'w' ? UnicodeProperties.Word : UnicodeProperties.Word.Complement());
            case var _ when TypeOf(next) is { } type:
                return new CharacterNode(type);
            case 'p' or 'P':
                return new CharacterNode(ReadProperty(isNegative: next == 'P'));
            case var _ when AnchorOf(next) is { } anchor:
                return new AnchorNode(anchor);
            case 'N':
                return new CharacterNode(NotLineEnd);
            case 'O':
                return new CharacterNode(CodePointSet.All);
            case 'R':
                return LineBreak();
            case >= '1' and <= '9' or 'k':
                throw new NotSupportedException($"a back-reference, \\{(char)next}");
            case 'g' or 'G' or 'K' or 'X' or 'y' or 'Y':
                throw new NotSupportedException($"\\{(char)next}");
            default:
                var character = ReadCharacterEscape(next);
                literal = character;
                return MatchLiteral(character);
        }
    }

    // \r\n is never taken apart.
    private static AtomicNode LineBreak() => new(new ChoiceNode([
        new SequenceNode([new CharacterNode(CodePointSet.Of('\r')), new CharacterNode(CodePointSet.Of('\n'))]),
        new CharacterNode(CodePointSet.OfRanges([('\n', '\r'), (0x85, 0x85), (0x2028, 0x2029)]))]));

    private static Anchor? AnchorOf(int letter) => letter switch
    {
        'A' => Anchor.TextStart,
        'Z' => Anchor.TextEndOrLastLineEnd,
        'z' => Anchor.TextEnd,
        'b' => Anchor.WordBoundary,
        'B' => Anchor.NoWordBoundary,
        _ => null,
    };

    // \d and its like; \w of classes.
    private static CodePointSet? TypeOf(int letter) => letter switch
    {
        'w' => UnicodeProperties.Get("word"),
        'W' => UnicodeProperties.Get("word").Complement(),
        'd' => UnicodeProperties.Get("digit"),
        'D' => UnicodeProperties.Get("digit").Complement(),
        's' => UnicodeProperties.Get("space"),
        'S' => UnicodeProperties.Get("space").Complement(),
        'h' => HexDigit,
        'H' => HexDigit.Complement(),
        _ => null,
    };

    // Behind \p: {Name} or {^Name}.
    private CodePointSet ReadProperty(bool isNegative)
    {
        if (!Take('{'))
            throw new NotSupportedException("\\p without braces, a letter for Oniguruma up to version 6.9.10 and a property later");
        isNegative ^= Take('^');
        var name = new StringBuilder();
        while (!Take('}'))
            name.Append(Show(TakeAny("a property name")));
        var set = UnicodeProperties.Find(name.ToString()) ?? throw Malformed($"the unknown property {name}");
        return isNegative ? set.Complement() : set;
    }

    // A backslash and a letter that stand for one character, inside and outside of classes.
    private int ReadCharacterEscape(int letter) => letter switch
    {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        'b' => '\b',
        'x' => ReadHex(),
        'u' => ReadDigits(16, 4, 4),
        'o' when Next == '{' => ReadBraced(8, 11),
        >= '0' and <= '7' => ReadOctal(),
        'c' => ReadControl(),
        'C' or 'M' when Next == '-' => throw new NotSupportedException($"\\{(char)letter}-, a control or meta character"),
        _ => letter,
    };

    private int ReadHex()
    {
        if (Next == '{')
            return ReadBraced(16, 8);
        var value = ReadDigits(16, 0, 2);
        return value < 0x80 ? value : throw new NotSupportedException($"\\x{value:X2}, a part of a UTF-8 character; write \\x{{…}} or \\u");
    }

    private int ReadOctal()
    {
        _at--;
        var value = ReadDigits(8, 1, 3);
        return value < 0x80 ? value : throw new NotSupportedException("an octal byte above 177, a part of a UTF-8 character; write \\u");
    }

    private int ReadBraced(int numberBase, int maxDigits)
    {
        _at++;
        var value = ReadDigits(numberBase, 1, maxDigits);
        if (Next == ' ')
            throw new NotSupportedException("several code points inside one pair of braces");
        return Take('}') ? value : throw Malformed("a code point without closing brace");
    }

    private int ReadDigits(int numberBase, int minDigits, int maxDigits)
    {
        long value = 0;
        var digits = 0;
        for (; digits < maxDigits && DigitOf(Next) is >= 0 and var digit && digit < numberBase; digits++, _at++)
            value = value * numberBase + digit;
        if (digits < minDigits)
            throw Malformed($"a code point with {digits} instead of {minDigits} digits");
        return value <= int.MaxValue && Rune.IsValid((int)value)
            ? (int)value
            : throw Malformed($"the code point {value.ToString("X", CultureInfo.InvariantCulture)}, which is no character,");
    }

    private static int DigitOf(int codePoint) => codePoint switch
    {
        >= '0' and <= '9' => codePoint - '0',
        >= 'a' and <= 'f' => codePoint - 'a' + 10,
        >= 'A' and <= 'F' => codePoint - 'A' + 10,
        _ => -1,
    };

    private int ReadControl()
    {
        var letter = TakeAny("an escape");
        if (letter == '\\' || letter >= 0x80)
            throw new NotSupportedException($"\\c{Show(letter)}");
        return letter == '?' ? 0x7F : letter & 0x9F;
    }
}
