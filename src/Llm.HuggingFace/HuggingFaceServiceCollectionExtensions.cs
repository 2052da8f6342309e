using Llm.Models;
using Llm.Tokenizers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.ML.Tokenizers;

namespace Llm.HuggingFace;

/// <summary>Registers pretrained models.</summary>
public static class HuggingFaceServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="PretrainedModel"/>, opened when first asked for, and its <see cref="CausalLM"/>,
    /// <see cref="Tokenizer"/> and <see cref="GenerationConfig"/>.
    /// </summary>
    /// <remarks>Options are checked when the host starts. The container disposes the model.</remarks>
    public static IServiceCollection AddPretrainedModel(this IServiceCollection services, Action<PretrainedModelOptions> configure)
    {
        services.AddPretrainedOptions(Options.DefaultName, configure);
        services.TryAddSingleton(provider => PretrainedModel.Load(provider.GetRequiredService<IOptions<PretrainedModelOptions>>().Value));
        services.TryAddSingleton(provider => provider.GetRequiredService<PretrainedModel>().Model);
        services.TryAddSingleton(provider => provider.GetRequiredService<PretrainedModel>().Tokenizer);
        services.TryAddSingleton<Tokenizer>(provider => provider.GetRequiredService<LlmTokenizer>());
        services.TryAddSingleton(provider => provider.GetRequiredService<PretrainedModel>().Generation);
        return services;
    }

    /// <summary>
    /// Adds a <see cref="PretrainedModel"/> and its parts as keyed services: <c>[FromKeyedServices("name")] CausalLM model</c>.
    /// </summary>
    /// <inheritdoc cref="AddPretrainedModel(IServiceCollection, Action{PretrainedModelOptions})"/>
    public static IServiceCollection AddPretrainedModel(
        this IServiceCollection services, string name, Action<PretrainedModelOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddPretrainedOptions(name, configure);
        services.TryAddKeyedSingleton(
            name, (provider, _) => PretrainedModel.Load(provider.GetRequiredService<IOptionsMonitor<PretrainedModelOptions>>().Get(name)));
        services.TryAddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<PretrainedModel>(name).Model);
        services.TryAddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<PretrainedModel>(name).Tokenizer);
        services.TryAddKeyedSingleton<Tokenizer>(name, (provider, _) => provider.GetRequiredKeyedService<LlmTokenizer>(name));
        services.TryAddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<PretrainedModel>(name).Generation);
        return services;
    }

    /// <summary>Adds the model in <paramref name="folder"/> as keyed services.</summary>
    /// <inheritdoc cref="AddPretrainedModel(IServiceCollection, Action{PretrainedModelOptions})"/>
    public static IServiceCollection AddPretrainedModel(this IServiceCollection services, string name, string folder) =>
        services.AddPretrainedModel(name, options => options.Folder = folder);

    private static void AddPretrainedOptions(this IServiceCollection services, string name, Action<PretrainedModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<PretrainedModelOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PretrainedModelOptions>, Validator>());
    }

    private sealed class Validator : IValidateOptions<PretrainedModelOptions>
    {
        public ValidateOptionsResult Validate(string? name, PretrainedModelOptions options)
        {
            try
            {
                options.Validate();
                return ValidateOptionsResult.Success;
            }
            catch (ArgumentException exception)
            {
                return ValidateOptionsResult.Fail(exception.Message);
            }
        }
    }
}
