using System.Runtime.InteropServices;
using Llm.Models;

namespace Llm.Sampling;

/// <summary>Continues token ids with a model: greedily, or by drawing from the processed distribution. Knows no text.</summary>
/// <remarks>Safe for several threads at once: what belongs to one generation is kept by its sequence alone.</remarks>
public sealed class TokenGenerator
{
    private readonly CausalLM _model;
    private readonly GenerationOptions _options;
    private readonly Func<int, IInferenceSession> _open;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">A model in evaluation mode, of any device and type. It stays the caller's.</param>
    /// <param name="options">What calls leave open; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public TokenGenerator(CausalLM model, GenerationOptions? options = null)
        : this(model, options, capacity => new TorchSession(model, capacity))
    {
    }

    internal TokenGenerator(CausalLM model, GenerationOptions? options, Func<int, IInferenceSession> open)
    {
        ArgumentNullException.ThrowIfNull(model);
        options?.Validate();
        _model = model;
        _options = new GenerationOptions().WithDefaults(options ?? new GenerationOptions());
        _open = open;
    }

    /// <summary>The tokens that follow a prompt, each computed when it is asked for. The last one says why it is the last.</summary>
    /// <param name="prompt">Ids of the prompt; where it is empty, <see cref="GenerationOptions.StartToken"/> stands in.</param>
    /// <param name="options">What this call wants otherwise than the generator; null for nothing.</param>
    /// <param name="cancellationToken">Ends the sequence with an <see cref="OperationCanceledException"/> within one token.</param>
    /// <exception cref="ArgumentException">The prompt or the options are not valid, or the options need a text (stop strings).</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or gives logits that are not numbers.</exception>
    public IEnumerable<GeneratedToken> Generate(
        IReadOnlyList<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var merged = Merge(options);
        if (merged.StopStrings?.Count > 0)
            throw new ArgumentException("Stop strings need a tokenizer. Use TextGenerator, or StopTokens.", nameof(options));
        return Generate(Start(prompt, merged), merged, [], cancellationToken);
    }

    /// <summary>The options of a call on top of the generator's.</summary>
    internal GenerationOptions Merge(GenerationOptions? options)
    {
        options?.Validate();
        return options?.WithDefaults(_options) ?? _options;
    }

    /// <summary>The prompt, or what an empty one stands for, checked.</summary>
    internal IReadOnlyList<int> Start(IReadOnlyList<int> prompt, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        InferenceModel.ThrowIfTraining(_model);
        if (prompt.Count == 0 && options.StartToken is null)
        {
            throw new ArgumentException(
                "The prompt is empty, and no StartToken says what it stands for. Give a prompt, or set StartToken.", nameof(prompt));
        }
        var ids = prompt.Count > 0 ? prompt : [options.StartToken!.Value];
        InferenceModel.CheckIds(_model, ids);
        var context = _model.Config.ContextLength;
        if (options.Room(ids.Count) < 1)
        {
            throw new ArgumentException(
                $"The prompt has {ids.Count} tokens, but MaxLength is {options.MaxLength}. Raise it, or set MaxNewTokens.", nameof(prompt));
        }
        if (options.ContextOverflow == ContextOverflow.Stop && ids.Count >= context)
        {
            throw new ArgumentException(
                $"The prompt has {ids.Count} tokens, which leaves no room in the context of {context}. Shorten it.", nameof(prompt));
        }
        return ids;
    }

    /// <summary>Continues a checked prompt; <paramref name="limits"/> act before the processors of the options.</summary>
    internal IEnumerable<GeneratedToken> Generate(
        IReadOnlyList<int> prompt, GenerationOptions options, IEnumerable<ILogitsProcessor> limits, CancellationToken cancellationToken)
    {
        List<int> ids = [.. prompt];
        var (context, most) = (_model.Config.ContextLength, (int)Math.Min((long)ids.Count + options.Room(ids.Count), int.MaxValue));
        ILogitsProcessor[] processors = [.. limits, .. options.CreateProcessors()];
        var seed = (ulong)(options.Seed ?? Random.Shared.NextInt64());
        var logits = new float[_model.Config.VocabSize];
        using var session = _open(Math.Min(context, most));

        for (var step = 0UL; ; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (step > 0 && ids.Count <= context && options.UseCache != false)
                session.Next(ids[^1], logits);
            else
                session.Prefill(CollectionsMarshal.AsSpan(ids)[Math.Max(0, ids.Count - context)..], logits);

            foreach (var processor in processors)
                processor.Process(logits, CollectionsMarshal.AsSpan(ids));
            var id = options.Draws ? TokenChoice.Draw(logits, Philox.Uniform(seed, step)) : TokenChoice.Best(logits);

            ids.Add(id);
            var finish = FinishOf(id, ids.Count, most, context, options);
            yield return new GeneratedToken(id, finish);
            if (finish is not null)
                yield break;
        }
    }

    private static FinishReason? FinishOf(int id, int length, int most, int context, GenerationOptions options)
    {
        if (options.StopTokens?.Contains(id) is true)
            return FinishReason.StopToken;
        if (length >= most)
            return FinishReason.Length;
        return length >= context && options.ContextOverflow == ContextOverflow.Stop ? FinishReason.ContextFull : null;
    }
}
