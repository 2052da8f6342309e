using System.Runtime.InteropServices;
using Llm.Models;
using static TorchSharp.torch;

namespace Llm.Sampling;

/// <summary>
/// The torch back-end. Each call is synchronous and leaves nothing on its thread, so that calls may come from different threads.
/// </summary>
internal sealed class TorchSession : IInferenceSession
{
    private readonly CausalLM _model;
    private readonly Device _device;
    private readonly KeyValueCache _cache;

    /// <summary>Starts a session.</summary>
    /// <param name="model">A model in evaluation mode, of any device and type.</param>
    /// <param name="capacity">Tokens to make room for.</param>
    public TorchSession(CausalLM model, int capacity)
    {
        _model = model;
        _device = model.parameters().First().device;
        _cache = new KeyValueCache(capacity);
    }

    /// <inheritdoc/>
    public void Prefill(ReadOnlySpan<int> ids, Span<float> logits)
    {
        _cache.Truncate(0);
        Run(ids, logits);
    }

    /// <inheritdoc/>
    public void Next(int id, Span<float> logits) => Run([id], logits);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private void Run(ReadOnlySpan<int> ids, Span<float> logits)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var input = tensor(ToLong(ids), device: _device).unsqueeze(0);             // (1, T)
        var last = _model.LastLogits(input, _cache).to(ScalarType.Float32).cpu(); // (1, V)
        MemoryMarshal.Cast<byte, float>(last.bytes).CopyTo(logits);
    }

    private static long[] ToLong(ReadOnlySpan<int> ids)
    {
        var longs = new long[ids.Length];
        for (var i = 0; i < ids.Length; i++)
            longs[i] = ids[i];
        return longs;
    }
}
