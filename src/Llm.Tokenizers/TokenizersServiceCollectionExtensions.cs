using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

/// <summary>Registers tokenizers.</summary>
public static class TokenizersServiceCollectionExtensions
{
    /// <summary>
    /// Adds one tokenizer for the whole application, as <see cref="LlmTokenizer"/> and as <see cref="Tokenizer"/>, made when first asked
    /// for.
    /// </summary>
    /// <remarks>Options are checked when the host starts.</remarks>
    public static IServiceCollection AddTokenizer(this IServiceCollection services, Action<TokenizerOptions> configure)
    {
        services.AddTokenizerOptions(Options.DefaultName, configure);
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<TokenizerOptions>>().Value.CreateTokenizer());
        services.TryAddSingleton<Tokenizer>(provider => provider.GetRequiredService<LlmTokenizer>());
        return services;
    }

    /// <summary>Adds a tokenizer as a keyed service: <c>[FromKeyedServices("name")] Tokenizer tokenizer</c>.</summary>
    /// <inheritdoc cref="AddTokenizer(IServiceCollection, Action{TokenizerOptions})"/>
    public static IServiceCollection AddTokenizer(this IServiceCollection services, string name, Action<TokenizerOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddTokenizerOptions(name, configure);
        services.TryAddKeyedSingleton(
            name, (provider, _) => provider.GetRequiredService<IOptionsMonitor<TokenizerOptions>>().Get(name).CreateTokenizer());
        services.TryAddKeyedSingleton<Tokenizer>(name, (provider, _) => provider.GetRequiredKeyedService<LlmTokenizer>(name));
        return services;
    }

    private static void AddTokenizerOptions(this IServiceCollection services, string name, Action<TokenizerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<TokenizerOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TokenizerOptions>, TokenizerOptionsValidator>());
    }

    private sealed class TokenizerOptionsValidator : IValidateOptions<TokenizerOptions>
    {
        public ValidateOptionsResult Validate(string? name, TokenizerOptions options)
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
