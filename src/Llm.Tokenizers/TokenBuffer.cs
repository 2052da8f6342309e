namespace Llm.Tokenizers;

/// <summary>What a <see cref="TokenBuffer"/> keeps; each level holds those before it.</summary>
internal enum TokenDetail
{
    Ids,

    /// <summary>Where in the text each token stands.</summary>
    Places,

    /// <summary>To which piece of the text each token belongs, and how it is spelled there.</summary>
    Words,
}

/// <summary>A piece of the text that was encoded on its own.</summary>
/// <param name="End">How many tokens there are up to its end.</param>
/// <param name="IsAdded">It is an added token.</param>
internal readonly record struct TokenWord(int End, bool IsAdded);

/// <summary>
/// The ids of a text while it is encoded, and, on request, more about each token. Each thread keeps one for its next call.
/// </summary>
internal sealed class TokenBuffer : IDisposable
{
    private const int MaxKept = 1 << 20; // ids; a longer buffer is left to the garbage collector

    [ThreadStatic]
    private static TokenBuffer? _kept;

    private int[] _ids = new int[1024];
    private Range[] _places = [];
    private TokenDetail _detail;

    private TokenBuffer()
    {
    }

    public int Count { get; private set; }

    /// <summary>Whether <see cref="Places"/> are wanted.</summary>
    public bool WithPlaces => _detail >= TokenDetail.Places;

    /// <summary>Whether <see cref="Words"/> and <see cref="Spellings"/> are wanted.</summary>
    public bool WithWords => _detail == TokenDetail.Words;

    public Span<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>One range for each id.</summary>
    public Span<Range> Places => _places.AsSpan(0, WithPlaces ? Count : 0);

    /// <summary>The pieces of the text, also those that gave no token.</summary>
    public List<TokenWord> Words { get; } = [];

    /// <summary>Tokens that are spelled otherwise than the vocabulary does, by index, ascending.</summary>
    public List<(int Index, string Text)> Spellings { get; } = [];

    public static TokenBuffer Rent(TokenDetail detail = TokenDetail.Ids)
    {
        var buffer = _kept ?? new TokenBuffer();
        _kept = null;
        (buffer.Count, buffer._detail) = (0, detail);
        buffer.Words.Clear();
        buffer.Spellings.Clear();
        if (buffer.WithPlaces && buffer._places.Length < buffer._ids.Length)
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

    /// <summary>Adds an added token, which is a piece of its own.</summary>
    public void Add(AddedToken token, Range place, ReadOnlySpan<char> text)
    {
        Add(token.Id, place);
        if (!WithWords)
            return;
        if (!text.SequenceEqual(token.Content))
            Spellings.Add((Count - 1, text.ToString()));
        Words.Add(new TokenWord(Count, IsAdded: true));
    }

    /// <summary>Ends a piece of the text; what was added since the last one belongs to it.</summary>
    public void EndWord()
    {
        if (WithWords)
            Words.Add(new TokenWord(Count, IsAdded: false));
    }

    /// <summary>Room for <paramref name="count"/> more ids; <see cref="Advance"/> says how many were written.</summary>
    public Span<int> Reserve(int count)
    {
        if (Count + count > _ids.Length)
            Grow(count);
        return _ids.AsSpan(Count, count);
    }

    /// <summary>The first ids.</summary>
    public int[] ToArray(int count)
    {
        var ids = GC.AllocateUninitializedArray<int>(count);
        Ids[..count].CopyTo(ids);
        return ids;
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
