using System.Runtime.InteropServices;
using Llm.Models;
using static TorchSharp.torch;

namespace Llm.Sampling;

/// <summary>Tells how likely a model finds token ids. Safe for several threads at once.</summary>
public sealed class TokenScorer
{
    private readonly CausalLM _model;

    /// <summary>Creates a scorer.</summary>
    /// <param name="model">A model in evaluation mode, of any device and type. It stays the caller's.</param>
    public TokenScorer(CausalLM model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
    }

    /// <summary>The log-probability of each token after those before it.</summary>
    /// <remarks>
    /// A text longer than the model's context is scored in windows that overlap by half, so that each token is scored once, with at least
    /// half a context before it.
    /// </remarks>
    /// <param name="ids">At least two token ids.</param>
    /// <param name="cancellationToken">Ends the computation within one window with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">There are too few ids, or one is not in the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode.</exception>
    public TokenScores Score(IReadOnlyList<int> ids, CancellationToken cancellationToken = default)
    {
        Check(ids, 2);
        var all = ids.Select(id => (long)id).ToArray();
        var context = _model.Config.ContextLength;
        var scores = new List<float>(all.Length - 1);
        for (var start = 0; scores.Count < all.Length - 1; start += Math.Max(1, context / 2))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = Math.Min(all.Length, start + context + 1); // the last one is predicted, not seen
            scores.AddRange(Window(all.AsSpan(start, end - start))[(scores.Count - start)..]);
        }
        return new TokenScores(scores);
    }

    /// <summary>The log-probability of each token of the vocabulary (V) after these.</summary>
    /// <param name="ids">At least one token id; of more than fit into the context, the last ones count.</param>
    /// <exception cref="ArgumentException">There is no id, or one is not in the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode.</exception>
    public float[] NextLogProbabilities(IReadOnlyList<int> ids)
    {
        Check(ids, 1);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var last = ids.Skip(ids.Count - _model.Config.ContextLength).Select(id => (long)id).ToArray();
        return ToArray(_model.LastLogits(Row(last)).to(ScalarType.Float32).log_softmax(-1)); // (1, V)
    }

    // Log-probabilities of all ids but the first.
    private float[] Window(ReadOnlySpan<long> ids)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var logits = _model.call(Row(ids[..^1].ToArray())).to(ScalarType.Float32);                   // (1, T, V)
        return ToArray(logits.log_softmax(-1).gather(2, Row(ids[1..].ToArray()).unsqueeze(2))); // (1, T, 1)
    }

    private Tensor Row(long[] ids) => tensor(ids, device: _model.parameters().First().device).unsqueeze(0); // (1, T)

    private static float[] ToArray(Tensor values) => MemoryMarshal.Cast<byte, float>(values.contiguous().cpu().bytes).ToArray();

    private void Check(IReadOnlyList<int> ids, int least)
    {
        ArgumentNullException.ThrowIfNull(ids);
        InferenceModel.ThrowIfTraining(_model);
        if (ids.Count < least)
            throw new ArgumentException($"Expected at least {least} token ids, but got {ids.Count}.", nameof(ids));
        InferenceModel.CheckIds(_model, ids);
    }
}
