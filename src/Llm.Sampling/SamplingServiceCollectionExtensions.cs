using Llm.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.ML.Tokenizers;

namespace Llm.Sampling;

/// <summary>Registers text generators.</summary>
public static class SamplingServiceCollectionExtensions
{
    /// <summary>Adds one <see cref="TextGenerator"/> for the registered <see cref="CausalLM"/> and <see cref="Tokenizer"/>.</summary>
    /// <remarks>
    /// What the options leave open, a registered <see cref="GenerationConfig"/> decides. Options are checked when the host starts.
    /// </remarks>
    public static IServiceCollection AddTextGenerator(this IServiceCollection services, Action<GenerationOptions>? configure = null)
    {
        services.AddGenerationOptions(Options.DefaultName, configure);
        services.TryAddSingleton(provider => new TextGenerator(
            provider.GetRequiredService<CausalLM>(),
            provider.GetRequiredService<Tokenizer>(),
            Merge(provider.GetRequiredService<IOptions<GenerationOptions>>().Value, provider.GetService<GenerationConfig>())));
        return services;
    }

    /// <summary>
    /// Adds a <see cref="TextGenerator"/> as a keyed service, for the model and the tokenizer of the same key:
    /// <c>[FromKeyedServices("name")] TextGenerator generator</c>.
    /// </summary>
    /// <inheritdoc cref="AddTextGenerator(IServiceCollection, Action{GenerationOptions})"/>
    public static IServiceCollection AddTextGenerator(
        this IServiceCollection services, string name, Action<GenerationOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddGenerationOptions(name, configure);
        services.TryAddKeyedSingleton(name, (provider, _) => new TextGenerator(
            provider.GetRequiredKeyedService<CausalLM>(name),
            provider.GetRequiredKeyedService<Tokenizer>(name),
            Merge(
                provider.GetRequiredService<IOptionsMonitor<GenerationOptions>>().Get(name),
                provider.GetKeyedService<GenerationConfig>(name))));
        return services;
    }

    private static GenerationOptions Merge(GenerationOptions options, GenerationConfig? config) =>
        config is null ? options : options.WithDefaults(GenerationOptions.From(config));

    private static void AddGenerationOptions(this IServiceCollection services, string name, Action<GenerationOptions>? configure)
    {
        services.AddOptions<GenerationOptions>(name).Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GenerationOptions>, Validator>());
    }

    private sealed class Validator : IValidateOptions<GenerationOptions>
    {
        public ValidateOptionsResult Validate(string? name, GenerationOptions options)
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
