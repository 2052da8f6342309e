using Llm.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Llm.Training;

/// <summary>Registers trainers.</summary>
public static class TrainingServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="Trainer"/> for the registered <see cref="CausalLM"/>, a new one whenever it is asked for.</summary>
    /// <remarks>Options are checked when the host starts. The container disposes the trainer, and leaves its model.</remarks>
    public static IServiceCollection AddTrainer(this IServiceCollection services, Action<TrainerOptions>? configure = null)
    {
        services.AddTrainerOptions(Options.DefaultName, configure);
        services.TryAddTransient(provider => new Trainer(
            provider.GetRequiredService<CausalLM>(), provider.GetRequiredService<IOptions<TrainerOptions>>().Value, null,
            provider.GetService<ILogger<Trainer>>()));
        return services;
    }

    /// <summary>Adds a <see cref="Trainer"/> as a keyed service, for the <see cref="CausalLM"/> with the same key.</summary>
    /// <inheritdoc cref="AddTrainer(IServiceCollection, Action{TrainerOptions}?)"/>
    public static IServiceCollection AddTrainer(this IServiceCollection services, string name, Action<TrainerOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddTrainerOptions(name, configure);
        services.TryAddKeyedTransient(name, (provider, _) => new Trainer(
            provider.GetRequiredKeyedService<CausalLM>(name), provider.GetRequiredService<IOptionsMonitor<TrainerOptions>>().Get(name),
            null, provider.GetService<ILogger<Trainer>>()));
        return services;
    }

    private static void AddTrainerOptions(this IServiceCollection services, string name, Action<TrainerOptions>? configure)
    {
        services.AddOptions<TrainerOptions>(name).Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TrainerOptions>, TrainerOptionsValidator>());
    }

    private sealed class TrainerOptionsValidator : IValidateOptions<TrainerOptions>
    {
        public ValidateOptionsResult Validate(string? name, TrainerOptions options)
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
