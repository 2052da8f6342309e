using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Models;

/// <summary>Scaled dot-product attention in which no token sees a later one (Vaswani et al., 2017).</summary>
public static class CausalAttention
{
    /// <summary>softmax(q kᵀ · scale + mask) v.</summary>
    /// <param name="q">Queries (B, H, T, D).</param>
    /// <param name="k">Keys (B, H, S, D), the last T of them belonging to the queries.</param>
    /// <param name="v">Values (B, H, S, D).</param>
    /// <param name="context">Padding and cached tokens; null for a plain causal mask.</param>
    /// <param name="dropout">Share of the attention weights to drop; 0 when not training.</param>
    /// <param name="scale">Factor on q kᵀ; null for 1/√D.</param>
    /// <returns>A tensor (B, H, T, D).</returns>
    public static Tensor Apply(Tensor q, Tensor k, Tensor v, AttentionContext? context = null, double dropout = 0, double? scale = null)
    {
        var T = q.shape[2];
        if (scale is { } factor)
            q = q * (factor * Math.Sqrt(q.shape[3])); // the operator itself divides by √D
        if (context is not { Mask: { } mask })
            return functional.scaled_dot_product_attention(q, k, v, p: dropout, is_casual: T > 1);
        return functional.scaled_dot_product_attention(q, k, v, attn_mask: mask, p: dropout);
    }

    /// <summary>The attention weights themselves (B, H, T, S), for inspection: <see cref="Apply"/> never builds them.</summary>
    public static Tensor Weights(Tensor q, Tensor k, AttentionContext? context = null, double? scale = null)
    {
        var (T, S) = (q.shape[2], k.shape[2]);
        var mask = context?.Mask ?? ones(T, S, dtype: ScalarType.Bool, device: q.device).tril(S - T); // (T, S)
        var scores = einsum("bhtd,bhsd->bhts", q, k) * (scale ?? 1 / Math.Sqrt(q.shape[3]));          // (B, H, T, S)
        return scores.masked_fill(mask.logical_not(), double.NegativeInfinity).softmax(-1);
    }
}
