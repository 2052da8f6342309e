using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// GPT-2's printable spelling of bytes: printable Latin-1 stands for itself, every other byte for the letters from U+0100 on (a space is
/// Ġ).
/// </summary>
internal static class ByteSymbols
{
    private static readonly char[] Symbols = MakeSymbols();
    private static readonly short[] Bytes = MakeBytes();

    /// <summary>
    /// All 256 bytes, in the order of their symbols' code points: the order of ids in a vocabulary that Hugging Face trains.
    /// </summary>
    public static byte[] InSymbolOrder { get; } = SortBytes();

    public static char ToSymbol(byte value) => Symbols[value];

    /// <summary>A token's raw form: one symbol a byte.</summary>
    public static string ToToken(ReadOnlySpan<byte> bytes)
    {
        var token = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
            token.Append(Symbols[value]);
        return token.ToString();
    }

    /// <summary>
    /// The bytes that a raw token spells, or those of its UTF-8 form when a character of it is no symbol, as Hugging Face decodes.
    /// </summary>
    public static byte[] ToBytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            var value = token[i] < Bytes.Length ? Bytes[token[i]] : (short)-1;
            if (value < 0)
                return Encoding.UTF8.GetBytes(token);
            bytes[i] = (byte)value;
        }
        return bytes;
    }

    private static char[] MakeSymbols()
    {
        var symbols = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
            symbols[value] = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)value : next++;
        return symbols;
    }

    // Plain loops here and in what else runs at start: LINQ would spend 30 ms in the compiler.
    private static byte[] SortBytes()
    {
        var order = new byte[256];
        var count = 0;
        foreach (var value in Bytes)
        {
            if (value >= 0)
                order[count++] = (byte)value;
        }
        return order;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[512]; // symbols are below 256 + 256
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[Symbols[value]] = (short)value;
        return bytes;
    }
}
