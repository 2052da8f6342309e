using System.Numerics;
using System.Runtime.CompilerServices;

namespace Llm.Tokenizers;

/// <summary>Short pieces as numbers.</summary>
internal static unsafe class PieceKey
{
    private const ulong Multiplier1 = 0x9E3779B97F4A7C15; // the constants of SplitMix64
    private const ulong Multiplier2 = 0xBF58476D1CE4E5B9;

    // Of a word, the bytes that belong to a piece.
    private static ReadOnlySpan<ulong> Masks =>
    [
        0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF, ulong.MaxValue,
    ];

    /// <summary>A piece of 1 to 15 bytes and its length; 16 bytes are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (ulong Bytes, ulong More) Of(byte* piece, int length)
    {
        var first = Math.Min(length, 8);
        return (*(ulong*)piece & Masks[first], (*(ulong*)(piece + 8) & Masks[length - first]) | (ulong)length << 56);
    }

    /// <summary>The first 1 to 8 bytes; 8 bytes are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong FirstBytes(byte* piece, int length) => *(ulong*)piece & Masks[length];

    /// <summary>A number of 32 bits out of 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash(ulong bytes, ulong more)
    {
        var hash = (bytes ^ BitOperations.RotateLeft(more * Multiplier2, 32)) * Multiplier1;
        return (uint)((hash ^ hash >> 29) * Multiplier2 >> 32);
    }
}
