using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Llm.Models;

/// <summary>Registers models.</summary>
public static class ModelsServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="CausalLM"/> for the whole application, made by <see cref="ModelOptions.CreateModel"/> when first asked for.
    /// </summary>
    /// <remarks>Options are checked when the host starts. The container disposes the model.</remarks>
    public static IServiceCollection AddCausalLM(this IServiceCollection services, Action<ModelOptions> configure)
    {
        services.AddModelOptions(Options.DefaultName, configure);
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<ModelOptions>>().Value.CreateModel());
        return services;
    }

    /// <summary>Adds a <see cref="CausalLM"/> as a keyed service: <c>[FromKeyedServices("name")] CausalLM model</c>.</summary>
    /// <inheritdoc cref="AddCausalLM(IServiceCollection, Action{ModelOptions})"/>
    public static IServiceCollection AddCausalLM(this IServiceCollection services, string name, Action<ModelOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddModelOptions(name, configure);
        services.TryAddKeyedSingleton(
            name, (provider, _) => provider.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get(name).CreateModel());
        return services;
    }

    private static void AddModelOptions(this IServiceCollection services, string name, Action<ModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<ModelOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>());
    }

    private sealed class ModelOptionsValidator : IValidateOptions<ModelOptions>
    {
        public ValidateOptionsResult Validate(string? name, ModelOptions options)
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
