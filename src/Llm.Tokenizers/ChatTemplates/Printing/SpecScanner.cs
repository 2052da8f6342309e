using System.Globalization;
using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Reads a format specification from left to right.</summary>
internal struct SpecScanner(string text, int position = 0)
{
    public int Position { get; private set; } = position;

    public readonly bool IsAtEnd => Position >= text.Length;

    /// <summary>The unit behind the next character, which may be two units long.</summary>
    public readonly char? PeekAfterCharacter()
    {
        if (IsAtEnd)
            return null;
        var next = Position + Chars.WidthAt(text, Position);
        return next < text.Length ? text[next] : null;
    }

    public string TakeCharacter()
    {
        var width = Chars.WidthAt(text, Position);
        Position += width;
        return text.Substring(Position - width, width);
    }

    public char? Take() => IsAtEnd ? null : text[Position++];

    public char? TakeAny(string units) => !IsAtEnd && units.Contains(text[Position]) ? text[Position++] : null;

    /// <summary>A decimal number; null where there is none.</summary>
    public int? TakeNumber()
    {
        var start = Position;
        while (!IsAtEnd && char.IsAsciiDigit(text[Position]))
            Position++;
        if (Position == start)
            return null;
        if (Position - start > 10)
            throw TooLarge();
        return Conversions.ToInt32(BigInteger.Parse(text.AsSpan(start..Position), CultureInfo.InvariantCulture));
    }

    private static Fault TooLarge() => Fault.Operation("A number in the format is too large.");
}
