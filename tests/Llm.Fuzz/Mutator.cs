namespace Llm.Fuzz;

/// <summary>
/// Changes bytes of an input as fuzzers do: flips, swaps, copies and cuts, numbers at their limits, parts of other inputs.
/// </summary>
internal sealed class Mutator(byte[][] seeds, IReadOnlyList<string> words, Random random)
{
    private static readonly string[] Words =
    [
        "0", "-1", "2147483647", "-2147483648", "4294967296", "1e308", "1e-320", "9223372036854775807", "null", "true", "false", "[]", "{}",
        "\"\"", "\"\\ud800\"", "\uFFFD", "\u0301", "[[[[[[[[[[[[[[[[[[[[", "((((((((((((((((",
        "{{", "}}", "{%", "%}", "(a+)+$", ".*", "\\p{L}", "<0x41>", "##", "▁",
    ];

    /// <summary>A changed copy of a random seed.</summary>
    public byte[] Next()
    {
        var seed = seeds[random.Next(seeds.Length)];
        if (random.Next(3) > 0 && JsonMutator.Change(seed, random) is { } json)
            return json;
        var bytes = new List<byte>(seed);
        for (var changes = 1 << random.Next(5); changes > 0; changes--)
            Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 1 << random.Next(1, 10)), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 5:
                bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(NextWord()));
                break;
            case 6:
                ReplaceNumber(bytes, at);
                break;
            case 7:
                bytes.InsertRange(at, Part(seeds[random.Next(seeds.Length)]));
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(64)));
                break;
        }
    }

    private string NextWord() => words.Count > 0 && random.Next(4) > 0 ? words[random.Next(words.Count)] : Words[random.Next(Words.Length)];

    private byte[] Part(byte[] seed)
    {
        var start = random.Next(seed.Length + 1);
        return seed[start..Math.Min(seed.Length, start + random.Next(200))];
    }

    // The next number in a text becomes another.
    private void ReplaceNumber(List<byte> bytes, int at)
    {
        var start = bytes.FindIndex(at, value => char.IsAsciiDigit((char)value));
        if (start < 0)
            return;
        var end = start;
        while (end < bytes.Count && char.IsAsciiDigit((char)bytes[end]))
            end++;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, System.Text.Encoding.UTF8.GetBytes(Words[random.Next(8)]));
    }
}
