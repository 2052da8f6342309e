using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Llm.Tokenizers;

/// <summary>
/// Asks the processor for memory before it is needed. Tables of training are larger than its caches, and most of the time would go into
/// waiting for them.
/// </summary>
internal static class CacheLine
{
    /// <summary>Has the cache line of a place fetched, where the processor takes such hints; changes nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch<T>(ref T place)
    {
        // The address may be out of date by the time it is used, which does no harm to a hint.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref place));
    }
}
