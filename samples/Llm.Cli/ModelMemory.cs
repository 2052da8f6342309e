using Llm.Models;

namespace Llm.Cli;

/// <summary>Memory that a model takes.</summary>
/// <param name="Dtype">Type of the weights.</param>
/// <param name="WeightsBytes">All weights, a tied one once.</param>
/// <param name="CacheBytesPerToken">Keys and values of one token in all layers.</param>
internal sealed record ModelMemory(string Dtype, long WeightsBytes, long CacheBytesPerToken)
{
    public static ModelMemory Of(CausalLM model)
    {
        var (config, first) = (model.Config, model.parameters().First());
        return new ModelMemory(
            first.dtype.ToString().ToLowerInvariant(),
            model.ParameterCounts.Total * first.element_size(),
            2L * config.LayerCount * config.KeyValueHeadCount * config.HeadSize * first.element_size());
    }
}
