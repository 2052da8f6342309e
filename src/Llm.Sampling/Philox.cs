namespace Llm.Sampling;

/// <summary>
/// The counter-based random generator Philox 4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3; 2011): number n of a seed
/// is a pure function of both, the same on every platform, so no request depends on another, and there is no state to save.
/// </summary>
internal static class Philox
{
    /// <summary>Number <paramref name="index"/> of a seed: uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public static double Uniform(ulong seed, ulong index)
    {
        var (a, b, _, _) = Block(index, 0, seed);
        return (((ulong)a << 21) ^ (b >> 11)) * (1.0 / (1UL << 53));
    }

    /// <summary>The four words that the ten rounds make of a counter and a key, each given as two 64-bit halves, low words first.</summary>
    internal static (uint A, uint B, uint C, uint D) Block(ulong low, ulong high, ulong key)
    {
        var (a, b, c, d) = ((uint)low, (uint)(low >> 32), (uint)high, (uint)(high >> 32));
        var (keyA, keyB) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < 10; round++)
        {
            var (left, right) = ((ulong)a * 0xD2511F53, (ulong)c * 0xCD9E8D57);
            (a, b, c, d) = ((uint)(right >> 32) ^ b ^ keyA, (uint)right, (uint)(left >> 32) ^ d ^ keyB, (uint)left);
            unchecked
            {
                keyA += 0x9E3779B9;
                keyB += 0xBB67AE85;
            }
        }
        return (a, b, c, d);
    }
}
