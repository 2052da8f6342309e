using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Keys and values of the tokens so far, so that each call computes only the new ones.</summary>
/// <remarks>
/// Memory is allocated in advance and grows by doubling, never token by token. For inference: gradients do not flow into earlier calls.
/// A call that fails leaves the cache as it was.
/// </remarks>
public sealed class KeyValueCache : AttentionContext
{
    private readonly List<(Tensor Keys, Tensor Values)> _layers = []; // (B, G, capacity, D) each
    private readonly int _initialCapacity;
    private int _length;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="initialCapacity">Tokens to make room for at first; give the final length where it is known. The default is 64.</param>
    /// <param name="attentionMask">(B, T) of the first call, 0 where a token is padding; null when nothing is.</param>
    public KeyValueCache(int initialCapacity = 64, Tensor? attentionMask = null) : base(attentionMask)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(initialCapacity);
        _initialCapacity = initialCapacity;
    }

    /// <summary>Tokens in the cache.</summary>
    public int Length => _length;

    /// <inheritdoc/>
    public override int Past => _length;

    /// <inheritdoc/>
    public override (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var S = _length + keys.shape[2];
        if (layer == _layers.Count)
            _layers.Add((Room(keys, Math.Max(S, _initialCapacity)), Room(values, Math.Max(S, _initialCapacity))));
        var (k, v) = _layers[layer];
        if (k.shape[0] != keys.shape[0])
        {
            throw new ArgumentException(
                $"The cache holds {k.shape[0]} rows, but {keys.shape[0]} were given. Use Select to change the rows.", nameof(keys));
        }
        if (S > k.shape[2])
            _layers[layer] = (k, v) = (Grow(k, S), Grow(v, S));
        return (Put(k, keys, S), Put(v, values, S)); // (B, G, S, D)
    }

    /// <inheritdoc/>
    public override void End(int tokens)
    {
        base.End(tokens);
        _length += tokens;
    }

    /// <summary>Forgets all tokens but the first <paramref name="length"/>: to go back, or to reuse a common prefix.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or more than the cache holds.</exception>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length);
        _length = length;
    }

    /// <summary>
    /// Makes row i a copy of the present row <paramref name="rows"/>[i]: to reorder beams, drop rows, or copy one prompt to many rows.
    /// </summary>
    public void Select(ReadOnlySpan<long> rows)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        SelectPadding(tensor(rows.ToArray()));
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            var (k, v) = _layers[layer];
            var index = tensor(rows.ToArray(), device: k.device);
            _layers[layer] = (k.index_select(0, index).DetachFromDisposeScope(), v.index_select(0, index).DetachFromDisposeScope());
            k.Dispose();
            v.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        foreach (var (k, v) in _layers)
        {
            k.Dispose();
            v.Dispose();
        }
        _layers.Clear();
        _length = 0;
    }

    private static Tensor Room(Tensor like, long capacity) => empty(
        [like.shape[0], like.shape[1], capacity, like.shape[3]], dtype: like.dtype, device: like.device).DetachFromDisposeScope();

    private Tensor Grow(Tensor full, long needed)
    {
        using var mode = no_grad();
        var larger = Room(full, Math.Max(needed, 2 * full.shape[2]));
        larger.narrow(2, 0, _length).copy_(full.narrow(2, 0, _length));
        full.Dispose();
        return larger;
    }

    private Tensor Put(Tensor room, Tensor news, long S)
    {
        using (no_grad())
            room.narrow(2, _length, news.shape[2]).copy_(news);
        return room.narrow(2, 0, S);
    }
}
