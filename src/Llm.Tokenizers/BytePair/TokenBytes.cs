namespace Llm.Tokenizers;

/// <summary>The bytes of every token, by id, in one block. An id without a token has no bytes.</summary>
internal sealed class TokenBytes
{
    private readonly byte[] _bytes;
    private readonly int[] _starts; // id -> where its bytes start; one entry more than there are ids

    public TokenBytes(IReadOnlyDictionary<int, byte[]> tokens)
    {
        Count = tokens.Count == 0 ? 0 : tokens.Keys.Max() + 1;
        _starts = new int[Count + 1];
        foreach (var (id, bytes) in tokens)
            _starts[id + 1] = bytes.Length;
        for (var id = 0; id < Count; id++)
            _starts[id + 1] += _starts[id];
        _bytes = new byte[_starts[Count]];
        foreach (var (id, bytes) in tokens)
            bytes.CopyTo(_bytes, _starts[id]);
    }

    /// <summary>One more than the largest id.</summary>
    public int Count { get; }

    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);

    public int LengthOf(int id) => _starts[id + 1] - _starts[id];

    public bool Has(int id) => (uint)id < (uint)Count && LengthOf(id) > 0;
}
