using Llm.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Training;

/// <summary>Measures how well a model predicts held-out data: in evaluation mode, without gradients, every counted token alike.</summary>
public static class Evaluation
{
    private const int BatchesOfEndlessSource = 200; // nanoGPT's eval_iters

    /// <summary>The loss over batches.</summary>
    /// <param name="model">The model; it is left in the mode that it had.</param>
    /// <param name="source">The data. <see cref="SequentialWindows"/> count every id once.</param>
    /// <param name="batchCount">Batches to take; null for one pass over the data, or 200 where that has no end.</param>
    /// <param name="bytes">UTF-8 bytes of the text, for bits per byte.</param>
    /// <param name="cancellationToken">Looked at before every batch.</param>
    /// <exception cref="ArgumentException">No token counts, or a token is not in the vocabulary.</exception>
    public static EvaluationResult Of(
        CausalLM model, IBatchSource source, long? batchCount = null, long? bytes = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var batches = batchCount ?? source.BatchesPerEpoch ?? BatchesOfEndlessSource;
        return Of(model, Numbers(batches).Select(source.Get), bytes, cancellationToken);
    }

    /// <summary>The loss over batches that the caller made.</summary>
    /// <param name="model">The model; it is left in the mode that it had.</param>
    /// <param name="batches">Batches; each is disposed after use.</param>
    /// <param name="bytes">UTF-8 bytes of the text, for bits per byte.</param>
    /// <param name="cancellationToken">Looked at before every batch.</param>
    /// <exception cref="ArgumentException">No token counts, or a token is not in the vocabulary.</exception>
    public static EvaluationResult Of(
        CausalLM model, IEnumerable<Batch> batches, long? bytes = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        using var mode = new ModelMode(model, training: false);
        var (sum, tokens) = (0.0, 0L);
        foreach (var batch in batches)
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tokens += batch.CountTargets(model.Config.VocabSize);
                sum += LossSum(model, batch);
            }
        }
        return tokens > 0
            ? new EvaluationResult(sum / tokens, tokens, bytes)
            : throw new ArgumentException("There is nothing to evaluate: no target counts.", nameof(batches));
    }

    /// <summary>
    /// The loss of a text of any length through a sliding window, as in Hugging Face's recipe for perplexity, but with the exact count:
    /// each window predicts the ids that no window before has predicted.
    /// </summary>
    /// <param name="model">The model; it is left in the mode that it had.</param>
    /// <param name="data">The ids of the text.</param>
    /// <param name="contextLength">Ids in a window, the last of which is only predicted; null for the model's context length.</param>
    /// <param name="stride">
    /// How far the window moves; null for half of it. The smaller, the more the model has read before each prediction, and the slower. At
    /// the full length, windows do not overlap, and the first id of each is not predicted.
    /// </param>
    /// <param name="bytes">UTF-8 bytes of the text, for bits per byte.</param>
    /// <param name="cancellationToken">Looked at before every window.</param>
    /// <exception cref="ArgumentException">
    /// The text has fewer than two ids, or the window does not fit into the model's context.
    /// </exception>
    public static EvaluationResult OfText(
        CausalLM model, TokenData data, int? contextLength = null, int? stride = null, long? bytes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        var context = contextLength ?? model.Config.ContextLength;
        var move = stride ?? Math.Max(1, context / 2);
        if (context < 2 || context > model.Config.ContextLength)
        {
            throw new ArgumentException(
                $"The window must hold 2 to {model.Config.ContextLength} ids, the model's context, but holds {context}.",
                nameof(contextLength));
        }
        if (move < 1 || move > context)
            throw new ArgumentException($"The stride must be 1 to {context}, the length of the window, but is {move}.", nameof(stride));
        if (data.Length < 2)
            throw new ArgumentException("A text of one id has nothing to predict. Give at least two.", nameof(data));
        return Of(model, SlidingWindows(data, context, move), bytes, cancellationToken);
    }

    private static double LossSum(CausalLM model, Batch batch)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var (inputs, targets) = batch.To(model.Device());
        var logits = model.call(inputs).to(ScalarType.Float32);                                       // (B, T, V)
        return functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index: Batch.Ignored, reduction: Reduction.Sum).ToDouble();
    }

    private static IEnumerable<Batch> SlidingWindows(TokenData data, int context, int stride)
    {
        for (var (begin, done) = (0L, 0L); done < data.Length && begin < data.Length - 1; begin += stride)
        {
            var end = Math.Min(begin + context, data.Length);
            var batch = Batch.Empty(1, end - begin - 1); // (1, T)
            Windows.Fill(batch, 0, data, begin);
            var repeated = (int)Math.Max(0, done - begin - 1);
            Batch.Row(batch.Targets, 0)[..repeated].Fill(Batch.Ignored);
            done = end;
            yield return batch;
        }
    }

    private static IEnumerable<long> Numbers(long count)
    {
        for (var number = 0L; number < count; number++)
            yield return number;
    }
}
