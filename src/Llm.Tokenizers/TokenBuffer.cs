namespace Llm.Tokenizers;

/// <summary>
/// The ids of a text while it is encoded, and, on request, where in the text each token stands. Each thread keeps one for its next call.
/// </summary>
internal sealed class TokenBuffer : IDisposable
{
    private const int MaxKept = 1 << 20; // ids; a longer buffer is left to the garbage collector

    [ThreadStatic]
    private static TokenBuffer? _kept;

    private int[] _ids = new int[1024];
    private Range[] _places = [];

    private TokenBuffer()
    {
    }

    public int Count { get; private set; }

    /// <summary>Whether <see cref="Places"/> are wanted.</summary>
    public bool WithPlaces { get; private set; }

    public Span<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>One range for each id.</summary>
    public Span<Range> Places => _places.AsSpan(0, WithPlaces ? Count : 0);

    public static TokenBuffer Rent(bool withPlaces = false)
    {
        var buffer = _kept ?? new TokenBuffer();
        _kept = null;
        buffer.Count = 0;
        buffer.WithPlaces = withPlaces;
        if (withPlaces && buffer._places.Length < buffer._ids.Length)
            buffer._places = new Range[buffer._ids.Length];
        return buffer;
    }

    public void Add(int id)
    {
        if (Count == _ids.Length)
            Grow(1);
        _ids[Count++] = id;
    }

    public void Add(int id, Range place)
    {
        Add(id);
        if (WithPlaces)
            _places[Count - 1] = place;
    }

    /// <summary>Room for <paramref name="count"/> more ids; <see cref="Advance"/> says how many were written.</summary>
    public Span<int> Reserve(int count)
    {
        if (Count + count > _ids.Length)
            Grow(count);
        return _ids.AsSpan(Count, count);
    }

    public void Advance(int count) => Count += count;

    public void Dispose()
    {
        if (_ids.Length <= MaxKept)
            _kept = this;
    }

    private void Grow(int count)
    {
        Array.Resize(ref _ids, Math.Max(Count + count, 2 * _ids.Length));
        if (WithPlaces)
            Array.Resize(ref _places, _ids.Length);
    }
}
