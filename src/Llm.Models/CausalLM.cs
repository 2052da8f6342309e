using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Models;

/// <summary>A language model that predicts each token from those before it: ids (B, T) to logits (B, T, V).</summary>
/// <remarks>Inference is safe from several threads at once when each call has its own context; wrap it in no_grad.</remarks>
public abstract class CausalLM : Module<Tensor, AttentionContext?, Tensor>
{
    /// <summary>Creates the model of <paramref name="config"/>.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    protected CausalLM(ModelConfig config) : base(config.GetType().Name)
    {
        config.Validate();
        Config = config;
    }

    /// <summary>What the model is.</summary>
    public ModelConfig Config { get; private protected set; }

    /// <summary>The parameters by component, each counted once.</summary>
    public ParameterCounts ParameterCounts => ParameterCounts.Of(this);

    /// <summary>Logits of all positions, without cache or padding.</summary>
    /// <param name="ids">Token ids (B, T), int64.</param>
    /// <returns>Logits (B, T, V).</returns>
    public Tensor call(Tensor ids) => call(ids, null);

    /// <summary>Logits of all positions.</summary>
    /// <param name="ids">Token ids (B, T), int64.</param>
    /// <param name="context">Padding and cached tokens; null when there are none.</param>
    /// <returns>Logits (B, T, V).</returns>
    /// <exception cref="ArgumentException">
    /// The ids have the wrong shape or type, are not in the vocabulary, or do not fit into the context.
    /// </exception>
    public override Tensor forward(Tensor ids, AttentionContext? context)
    {
        using var scope = NewDisposeScope();
        return Head(HiddenStates(ids, context)).MoveToOuterDisposeScope(); // (B, T, V)
    }

    /// <summary>Logits of the last position alone: all that generation needs, at a fraction of the head's work.</summary>
    /// <inheritdoc cref="forward"/>
    /// <returns>Logits (B, V).</returns>
    public Tensor LastLogits(Tensor ids, AttentionContext? context = null)
    {
        using var scope = NewDisposeScope();
        return Head(HiddenStates(ids, context)[.., -1]).MoveToOuterDisposeScope(); // (B, V)
    }

    /// <summary>What the head reads: the normalized output of the last block.</summary>
    /// <inheritdoc cref="forward"/>
    /// <returns>Hidden states (B, T, C).</returns>
    public Tensor HiddenStates(Tensor ids, AttentionContext? context = null)
    {
        CheckIds(ids, context?.Past ?? 0);
        using var scope = NewDisposeScope();
        context ??= new AttentionContext();
        var hidden = Transform(ids, context.Begin(ids), context).MoveToOuterDisposeScope(); // (B, T, C)
        context.End((int)ids.shape[1]);
        return hidden;
    }

    /// <summary>Maps hidden states (…, C) to logits (…, V).</summary>
    public abstract Tensor Head(Tensor hidden);

    /// <summary>Embeddings, blocks and final norm.</summary>
    /// <param name="ids">Checked token ids (B, T).</param>
    /// <param name="positions">Their positions, (T) or (B, T).</param>
    /// <param name="context">Padding and cached tokens, begun for these ids.</param>
    /// <returns>Hidden states (B, T, C).</returns>
    protected abstract Tensor Transform(Tensor ids, Tensor positions, AttentionContext context);

    /// <summary>Where a tensor of a Hugging Face checkpoint belongs in this model.</summary>
    protected internal abstract WeightTarget TargetOf(string checkpointName);

    /// <summary>The tensors that a Hugging Face checkpoint of this model holds: the name there, and the value as it stands there.</summary>
    protected internal abstract IEnumerable<KeyValuePair<string, Tensor>> CheckpointTensors();

    /// <summary>The row of <see cref="Models.ParameterCounts"/> to which a parameter belongs.</summary>
    protected internal abstract string ComponentOf(string parameterName);

    /// <summary>Gives the token embeddings, and with them the head, <paramref name="vocabSize"/> rows.</summary>
    /// <remarks>
    /// New rows are the mean of the old ones plus a little noise. An optimizer made before does not know the new parameters.
    /// </remarks>
    public abstract void ResizeVocabulary(int vocabSize);

    /// <summary>Cuts the context down to its first <paramref name="contextLength"/> positions; nanoGPT's crop_block_size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model does not have so many positions.</exception>
    public abstract void CropContext(int contextLength);

    // Native code must never see a bad id: on a GPU it would take the process down.
    private void CheckIds(Tensor ids, int past)
    {
        if (ids.shape is not [> 0, > 0 and var T])
        {
            throw new ArgumentException(
                $"Token ids must have the shape (B, T) with at least one token, but have ({string.Join(", ", ids.shape)}).",
                nameof(ids));
        }
        if (ids.dtype != ScalarType.Int64)
            throw new ArgumentException($"Token ids must be Int64, but are {ids.dtype}.", nameof(ids));
        if (past + T > Config.ContextLength)
        {
            throw new ArgumentException(
                $"{past + T} tokens do not fit into the context of {Config.ContextLength}. Crop the prompt, or generate fewer tokens.",
                nameof(ids));
        }
        var (least, most) = Range(ids);
        if (least < 0 || most >= Config.VocabSize)
        {
            throw new ArgumentException(
                $"Token id {(least < 0 ? least : most)} is not in the vocabulary of {Config.VocabSize} (0 to {Config.VocabSize - 1}). "
                + "Use the tokenizer that belongs to the model.", nameof(ids));
        }
    }

    private static (long Least, long Most) Range(Tensor ids)
    {
        using var scope = NewDisposeScope();
        if (ids.device_type != DeviceType.CPU || !ids.is_contiguous())
            return (ids.min().ToInt64(), ids.max().ToInt64());
        var (least, most) = (long.MaxValue, long.MinValue);
        foreach (var id in MemoryMarshal.Cast<byte, long>(ids.bytes))
            (least, most) = (Math.Min(least, id), Math.Max(most, id));
        return (least, most);
    }
}
