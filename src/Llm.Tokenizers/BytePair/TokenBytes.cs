using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>The bytes of every token, by id, in one block. An id without a token has no bytes.</summary>
internal sealed class TokenBytes
{
    private const int Padding = 16; // bytes that may be read behind the last token

    private readonly byte[] _bytes;
    private readonly int[] _starts; // id -> where its bytes start; one entry more than there are ids

    private TokenBytes(byte[] bytes, int[] starts) => (_bytes, _starts) = (bytes, starts);

    /// <param name="tokens">Id → bytes; null where an id has no token.</param>
    public TokenBytes(ReadOnlySpan<byte[]?> tokens)
    {
        _starts = new int[tokens.Length + 1];
        for (var id = 0; id < tokens.Length; id++)
            _starts[id + 1] = _starts[id] + (tokens[id]?.Length ?? 0);
        _bytes = new byte[_starts[^1] + Padding];
        for (var id = 0; id < tokens.Length; id++)
            tokens[id]?.CopyTo(_bytes, _starts[id]);
    }

    /// <summary>No tokens.</summary>
    public static TokenBytes Empty { get; } = new(default);

    /// <summary>One more than the largest id.</summary>
    public int Count => _starts.Length - 1;

    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);

    public int LengthOf(int id) => _starts[id + 1] - _starts[id];

    /// <summary>Tokens of which each is made of two earlier ones, behind the 256 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a long loop that runs once
    public static TokenBytes FromMerges(ReadOnlySpan<byte> bytes, ReadOnlySpan<BpeMerge> merges)
    {
        var starts = new int[bytes.Length + merges.Length + 1];
        for (var id = 0; id < bytes.Length; id++)
            starts[id + 1] = id + 1;
        foreach (var (left, right, result) in merges)
            starts[result + 1] = starts[result] + (starts[left + 1] - starts[left]) + (starts[right + 1] - starts[right]);
        var all = new byte[starts[^1] + Padding];
        bytes.CopyTo(all);
        foreach (var (left, right, result) in merges)
        {
            var leftBytes = all.AsSpan(starts[left], starts[left + 1] - starts[left]);
            leftBytes.CopyTo(all.AsSpan(starts[result]));
            all.AsSpan(starts[right], starts[right + 1] - starts[right]).CopyTo(all.AsSpan(starts[result] + leftBytes.Length));
        }
        return new TokenBytes(all, starts);
    }

    /// <summary>The same tokens and the added ones; where one has the id of another token, its own spelling counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a long loop that runs once
    public TokenBytes With(IReadOnlyList<AddedToken> added)
    {
        var count = Count;
        foreach (var token in added)
            count = Math.Max(count, token.Id + 1);
        var spelled = new byte[]?[count];
        foreach (var token in added)
            spelled[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        var starts = new int[count + 1];
        for (var id = 0; id < count; id++)
            starts[id + 1] = starts[id] + (spelled[id]?.Length ?? (id < Count ? LengthOf(id) : 0));
        var bytes = new byte[starts[^1] + Padding];
        for (var id = 0; id < count; id++)
            (spelled[id] ?? (id < Count ? this[id] : [])).CopyTo(bytes.AsSpan(starts[id]));
        return new TokenBytes(bytes, starts);
    }

    /// <summary>Appends the bytes of ids up to the first that has no token, and returns their number.</summary>
    public int AppendTo(ByteBuffer utf8, ReadOnlySpan<int> ids)
    {
        var done = 0;
        while (done < ids.Length)
        {
            var part = ids[done..Math.Min(done + 256, ids.Length)];
            var (count, length) = Measure(part);
            Copy(part[..count], utf8.Reserve(length + Padding));
            utf8.Advance(length);
            done += count;
            if (count < part.Length)
                break;
        }
        return done;
    }

    public bool Has(int id) => (uint)id < (uint)Count && LengthOf(id) > 0;

    private (int Count, int Length) Measure(ReadOnlySpan<int> ids)
    {
        var length = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            if (!Has(ids[i]))
                return (i, length);
            length += LengthOf(ids[i]);
        }
        return (ids.Length, length);
    }

    // Nearly all tokens are short: copying 16 bytes of each, and going on where it ends, is faster than copying what it has.
    private unsafe void Copy(ReadOnlySpan<int> ids, Span<byte> destination)
    {
        fixed (byte* bytes = _bytes, start = destination)
        {
            var next = start;
            foreach (var id in ids)
            {
                var length = LengthOf(id);
                if (length <= Padding)
                    Vector128.Store(Vector128.Load(bytes + _starts[id]), next);
                else
                    Buffer.MemoryCopy(bytes + _starts[id], next, length, length);
                next += length;
            }
        }
    }
}
