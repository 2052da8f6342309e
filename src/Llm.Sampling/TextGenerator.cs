using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text;
using Llm.Models;
using Llm.Tokenizers;
using Microsoft.ML.Tokenizers;

namespace Llm.Sampling;

/// <summary>Continues a text with a model, all at once or piece by piece.</summary>
/// <remarks>
/// Safe for several threads at once: many requests may run over one model. The async methods compute on a thread of their own for each
/// request, so the caller's thread is never blocked.
/// </remarks>
public sealed class TextGenerator
{
    private readonly Tokenizer _tokenizer;
    private readonly TokenGenerator _tokens;
    private readonly FrozenSet<int> _specialIds;
    private readonly ILogitsProcessor[] _limits;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">A model in evaluation mode, of any device and type. It stays the caller's.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="options">
    /// What calls leave open; <see cref="GenerationOptions.From"/> gives the model's own. Null for the defaults.
    /// </param>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public TextGenerator(CausalLM model, Tokenizer tokenizer, GenerationOptions? options = null)
        : this(model, tokenizer, options, capacity => new TorchSession(model, capacity))
    {
    }

    internal TextGenerator(CausalLM model, Tokenizer tokenizer, GenerationOptions? options, Func<int, IInferenceSession> open)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options?.Validate();
        _tokenizer = tokenizer;
        var ours = tokenizer as LlmTokenizer;
        _specialIds = ours?.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id).ToFrozenSet() ?? [];
        // A vocabulary may be padded to a round size: ids that stand for no text must not come.
        _limits = ours?.VocabSize < model.Config.VocabSize ? [new VocabularyLimitProcessor(ours.VocabSize)] : [];
        var ends = new GenerationOptions { StartToken = ours?.EndOfTextId, StopTokens = ours?.EndOfTextId is { } end ? [end] : null };
        _tokens = new TokenGenerator(model, options?.WithDefaults(ends) ?? ends, open);
    }

    /// <summary>Generates a text on the calling thread.</summary>
    /// <param name="prompt">What to continue.</param>
    /// <param name="options">What this call wants otherwise than the generator; null for nothing.</param>
    /// <param name="cancellationToken">Ends the generation within one token.</param>
    /// <exception cref="ArgumentException">The prompt or the options are not valid.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public GenerationResult Generate(Prompt prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        var ids = new List<int>();
        GenerationUpdate last = default;
        foreach (var update in Stream(prompt, options, cancellationToken))
        {
            text.Append(update.Text);
            ids.Add(update.Id);
            last = update;
        }
        return new GenerationResult(text.ToString(), ids, last.FinishReason!.Value, last.Usage);
    }

    /// <summary>Generates a text on a thread of its own.</summary>
    /// <inheritdoc cref="Generate"/>
    public Task<GenerationResult> GenerateAsync(
        Prompt prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Factory.StartNew(
            () => Generate(prompt, options, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>One update for each token, computed on the thread that asks for it.</summary>
    /// <inheritdoc cref="Generate"/>
    public IEnumerable<GenerationUpdate> Stream(
        Prompt prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var merged = _tokens.Merge(options);
        var ids = _tokens.Start(prompt.Ids ?? Encode(prompt.Text ?? "", merged), merged);
        return Stream(ids, merged, cancellationToken);
    }

    /// <summary>The new text in pieces that are never empty and never end within a character.</summary>
    /// <remarks>
    /// The thread that computes is at most a few tokens ahead of the reader, and ends when the reader stops reading, is cancelled, or is
    /// forgotten.
    /// </remarks>
    /// <inheritdoc cref="Generate"/>
    public async IAsyncEnumerable<string> StreamAsync(
        Prompt prompt, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in StreamUpdatesAsync(prompt, options, cancellationToken).ConfigureAwait(false))
        {
            if (update.Text.Length > 0)
                yield return update.Text;
        }
    }

    /// <summary>One update for each token: for those who want to know why the text ended, and what it took.</summary>
    /// <inheritdoc cref="StreamAsync"/>
    public IAsyncEnumerable<GenerationUpdate> StreamUpdatesAsync(
        Prompt prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        BackgroundSequence.Read(token => Stream(prompt, options, token), cancellationToken);

    private IEnumerable<GenerationUpdate> Stream(IReadOnlyList<int> prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        var text = new GeneratedText(_tokenizer, HiddenIds(options), options, prompt);
        var usage = new TokenUsage(prompt.Count, 0);
        foreach (var token in _tokens.Generate(prompt, options, _limits, cancellationToken))
        {
            var piece = text.Append(token.Id);
            var finish = text.HasStopped ? FinishReason.StopString : token.FinishReason;
            if (finish is not null)
                piece += text.Flush();
            usage = usage with { GeneratedTokens = usage.GeneratedTokens + 1 };
            yield return new GenerationUpdate(token.Id, piece, finish, usage);
            if (finish is not null)
                yield break;
        }
    }

    private IReadOnlyList<int> Encode(string text, GenerationOptions options)
    {
        if (options.AllowSpecialTokens is not true)
            return _tokenizer.EncodeToIds(text);
        if (_tokenizer is LlmTokenizer ours)
            return ours.Encode(text, SpecialTokenPolicy.Allow);
        throw new ArgumentException(
            $"AllowSpecialTokens needs a tokenizer of Llm.Tokenizers: {_tokenizer.GetType().Name} does not tell which tokens are special.",
            nameof(options));
    }

    // A tokenizer that is not ours does not tell which tokens are special; at least the end of the text is no text.
    private FrozenSet<int> HiddenIds(GenerationOptions options)
    {
        if (options.SkipSpecialTokens is false)
            return [];
        return _tokenizer is LlmTokenizer ? _specialIds : (options.StopTokens ?? []).ToFrozenSet();
    }
}
