using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>
/// What attention knows besides the tokens of this call: their positions, which of them are padding, and what came before.
/// </summary>
/// <remarks>
/// A plain causal pass needs none. Use this class for a padded batch and <see cref="KeyValueCache"/> to go on where an earlier call ended.
/// A context belongs to one sequence of calls and is not thread-safe.
/// </remarks>
public class AttentionContext : IDisposable
{
    private readonly Tensor? _positions; // (B, T) int64, given by the caller
    private Tensor? _padding;            // (B, S) bool, true = a real token

    /// <summary>Creates a context.</summary>
    /// <param name="attentionMask">(B, T), 0 where a token is padding, on either side; null when nothing is.</param>
    /// <param name="positions">
    /// Positions (B, T) of the tokens of the first call. By default they count the real tokens of each row from 0, so that a row padded on
    /// the left gives the same logits as without padding.
    /// </param>
    /// <exception cref="ArgumentException">A tensor does not have the shape (B, T).</exception>
    public AttentionContext(Tensor? attentionMask = null, Tensor? positions = null)
    {
        CheckShape(attentionMask, nameof(attentionMask));
        CheckShape(positions, nameof(positions));
        _padding = attentionMask?.to(ScalarType.Bool, copy: true).DetachFromDisposeScope();
        _positions = positions?.to(ScalarType.Int64, copy: true).DetachFromDisposeScope();
    }

    /// <summary>Tokens that earlier calls have left here.</summary>
    public virtual int Past => 0;

    /// <summary>Which keys each query may see, true = see, broadcastable to (B, H, T, S); null for a plain causal mask.</summary>
    public Tensor? Mask { get; private set; }

    /// <summary>Takes the keys and values (B, G, T, D) of one layer and gives back all that its queries may look at (B, G, S, D).</summary>
    public virtual (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values) => (keys, values);

    /// <summary>Begins a call with the given ids (B, T): sets <see cref="Mask"/>. Models call it before their first block.</summary>
    /// <returns>Positions of the tokens: (T) or (B, T), int64.</returns>
    /// <exception cref="ArgumentException">The ids do not match the attention mask.</exception>
    public Tensor Begin(Tensor ids)
    {
        var (B, T) = (ids.shape[0], ids.shape[1]);
        var S = Past + T;
        if (_padding is not null && (_padding.shape[0] != B || _padding.shape[1] > S))
        {
            throw new ArgumentException(
                $"The attention mask has the shape ({_padding.shape[0]}, {_padding.shape[1]}), but there are {B} rows of {S} tokens.",
                nameof(ids));
        }
        var keep = _padding is null ? null : Extend(_padding.to(ids.device), S); // (B, S)
        Mask = keep is null && (Past == 0 || T == 1) ? null : MaskOf(keep, T, S, ids.device);
        return PositionsOf(keep, T, S, ids.device);
    }

    /// <summary>Ends a call. Models call it after their last block.</summary>
    /// <param name="tokens">Tokens of the call, T.</param>
    public virtual void End(int tokens) => Mask = null;

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _padding?.Dispose();
        _positions?.Dispose();
    }

    /// <summary>Makes row i of the padding a copy of its present row <paramref name="rows"/>[i].</summary>
    protected void SelectPadding(Tensor rows)
    {
        if (_padding is null)
            return;
        var selected = _padding.index_select(0, rows).DetachFromDisposeScope();
        _padding.Dispose();
        _padding = selected;
    }

    private Tensor PositionsOf(Tensor? keep, long T, long S, Device device)
    {
        if (_positions is not null && Past == 0)
            return _positions.to(device);
        if (keep is null)
            return arange(Past, S, dtype: ScalarType.Int64, device: device);     // (T)
        return (keep.to(ScalarType.Int64).cumsum(1) - 1).clamp(min: 0)[.., (int)(S - T)..]; // (B, T)
    }

    private static Tensor MaskOf(Tensor? keep, long T, long S, Device device)
    {
        // is_casual would line the mask up with the oldest key, which is wrong once older keys come from the cache.
        var causal = ones(T, S, dtype: ScalarType.Bool, device: device).tril(S - T); // (T, S)
        if (keep is null)
            return causal;
        // A padding query that saw nothing would turn into NaN and poison the others; it sees itself.
        var self = eye(T, S, dtype: ScalarType.Bool, device: device).roll(S - T, 1); // (T, S)
        return causal.logical_and(keep.unsqueeze(1).logical_or(self)).unsqueeze(1);  // (B, 1, T, S)
    }

    private static Tensor Extend(Tensor keep, long S) => keep.shape[1] == S
        ? keep
        : cat([keep, ones(keep.shape[0], S - keep.shape[1], dtype: ScalarType.Bool, device: keep.device)], 1);

    private static void CheckShape(Tensor? tensor, string name)
    {
        if (tensor is not null && tensor.shape.Length != 2)
            throw new ArgumentException($"Expected the shape (B, T), but got ({string.Join(", ", tensor.shape)}).", name);
    }
}
