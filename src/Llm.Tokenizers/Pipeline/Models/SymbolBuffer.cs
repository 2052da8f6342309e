using System.Buffers;

namespace Llm.Tokenizers;

/// <summary>
/// The symbols of a piece while <see cref="BpeModel"/> merges them: ids, and how many bytes of the piece each stands for.
/// </summary>
internal ref struct SymbolBuffer : IDisposable
{
    private int[] _ids;
    private int[] _lengths;

    public SymbolBuffer(int capacity) => (_ids, _lengths) = (ArrayPool<int>.Shared.Rent(capacity), ArrayPool<int>.Shared.Rent(capacity));

    public int Count { get; private set; }

    public readonly ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>In bytes of UTF-8.</summary>
    public readonly ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    public void Add(int id, int length)
    {
        if (Count == _ids.Length || Count == _lengths.Length)
        {
            Grow(ref _ids);
            Grow(ref _lengths);
        }
        (_ids[Count], _lengths[Count]) = (id, length);
        Count++;
    }

    public void Merge(MergeTable merges) => Count = BytePairMerging.Merge(_ids.AsSpan(0, Count), merges, _lengths.AsSpan(0, Count));

    public readonly void Dispose()
    {
        ArrayPool<int>.Shared.Return(_ids);
        ArrayPool<int>.Shared.Return(_lengths);
    }

    private readonly void Grow(ref int[] array)
    {
        var larger = ArrayPool<int>.Shared.Rent(2 * Math.Max(Count, 8));
        array.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<int>.Shared.Return(array);
        array = larger;
    }
}
