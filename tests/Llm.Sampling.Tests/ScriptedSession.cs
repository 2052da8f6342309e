using Llm.Models;

namespace Llm.Sampling.Tests;

/// <summary>A back-end whose logits a test makes up: a function of all tokens so far.</summary>
internal sealed class ScriptedSession(Func<IReadOnlyList<int>, float[]> logitsOf) : IInferenceSession
{
    private readonly List<int> _ids = [];

    public bool IsDisposed { get; private set; }

    public void Prefill(ReadOnlySpan<int> ids, Span<float> logits)
    {
        _ids.Clear();
        _ids.AddRange(ids);
        logitsOf(_ids).CopyTo(logits);
    }

    public void Next(int id, Span<float> logits)
    {
        _ids.Add(id);
        logitsOf(_ids).CopyTo(logits);
    }

    public void Dispose() => IsDisposed = true;

    /// <summary>Makes one token likelier than all others, by so much that it is always drawn.</summary>
    public static float[] Only(int id, int vocabSize)
    {
        var logits = new float[vocabSize];
        logits[id] = 1000;
        return logits;
    }

    /// <summary>A generator that writes these ids and nothing else, whatever the prompt.</summary>
    public static TextGenerator Writes(IReadOnlyList<int> script, GenerationOptions? options = null)
    {
        return new TextGenerator(MobyMini.Model, MobyMini.Tokenizer, options, _ => new ScriptedSession(Next));

        // The prompt is one id long.
        float[] Next(IReadOnlyList<int> ids) => Only(script[Math.Min(ids.Count - 1, script.Count - 1)], MobyMini.Model.Config.VocabSize);
    }

    /// <summary>A model that is asked for nothing but its shape.</summary>
    public static CausalLM Shape(int vocabSize, int contextLength = 1024)
    {
        var tiny = new Gpt2Config { HiddenSize = 2, LayerCount = 1, HeadCount = 1 };
        var model = (tiny with { VocabSize = vocabSize, ContextLength = contextLength }).CreateModel();
        model.eval();
        return model;
    }
}
