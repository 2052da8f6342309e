using Llm.Models;
using static TorchSharp.torch;

namespace Llm.Training;

/// <summary>Puts a model into training or evaluation mode, and back into its own when disposed.</summary>
internal readonly ref struct ModelMode
{
    private readonly CausalLM _model;
    private readonly bool _before;

    public ModelMode(CausalLM model, bool training)
    {
        (_model, _before) = (model, model.training);
        _model.train(training);
    }

    public void Dispose() => _model.train(_before);
}

internal static class CausalLMExtensions
{
    /// <summary>Where the weights lie.</summary>
    public static Device Device(this CausalLM model) => model.parameters().First().device;
}
