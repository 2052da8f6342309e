using System.CommandLine;
using Llm.Sampling;

namespace Llm.Cli;

/// <summary>One option of a generation, as a flag and as a field of a JSON request. Names are Hugging Face's where it has one.</summary>
internal abstract class GenerationSetting(string name)
{
    /// <summary>The name in JSON; the flag is its kebab-case.</summary>
    public string Name { get; } = name;

    /// <summary>A new flag for a command.</summary>
    public abstract Option CreateFlag();

    /// <summary>Takes the value of a flag that was given.</summary>
    public abstract void Apply(ParseResult parsed, Option flag, GenerationOptions options);

    /// <summary>Takes the value of a field that was given.</summary>
    public abstract void Apply(JsonRequest request, GenerationOptions options);

    /// <summary>Takes a field that is null: as if it were not given; for lists it means none, as in Hugging Face's library.</summary>
    public virtual void ApplyNull(GenerationOptions options)
    {
    }

    /// <summary>All of them but the processors, which are code.</summary>
    public static IReadOnlyList<GenerationSetting> All { get; } =
    [
        new Setting<int>("max_new_tokens", "Most tokens to generate.", (options, value) => options.MaxNewTokens = value),
        new Setting<int>("max_length", "Most tokens in all, prompt included.", (options, value) => options.MaxLength = value),
        new Setting<bool>("do_sample", "Draw tokens at random rather than take the best one.",
            (options, value) => options.DoSample = value),
        new Setting<double>("temperature", "Divides the logits before the draw; 0 takes the best token.",
            (options, value) => options.Temperature = value),
        new Setting<int>("top_k", "Draw among so many of the likeliest tokens; 0 for all.", (options, value) => options.TopK = value),
        new Setting<double>("top_p", "Draw among the likeliest tokens that have this share of the probability.",
            (options, value) => options.TopP = value),
        new Setting<double>("min_p", "Draw among tokens with this share of the likeliest one's probability.",
            (options, value) => options.MinP = value),
        new Setting<double>("repetition_penalty", "Makes tokens less likely that occurred; 1 changes nothing.",
            (options, value) => options.RepetitionPenalty = value),
        new ListSetting<int>("eos_token_id", "Ids that end the text; the flag without an id for none.",
            (options, value) => options.StopTokens = value),
        new ListSetting<string>("stop_strings", "Strings that end the text.", (options, value) => options.StopStrings = value),
        new Setting<bool>("trim_stop_strings", "Cut the text where the stop string begins.",
            (options, value) => options.TrimStopStrings = value),
        new Setting<int>("bos_token_id", "Id that an empty prompt stands for.", (options, value) => options.StartToken = value),
        new Setting<bool>("allow_special", "Take special tokens in the prompt's text as such rather than as plain text.",
            (options, value) => options.AllowSpecialTokens = value),
        new Setting<bool>("skip_special_tokens", "Leave special tokens out of the text; the default.",
            (options, value) => options.SkipSpecialTokens = value),
        new Setting<long>("seed", "The same seed gives the same text.", (options, value) => options.Seed = value),
        new Setting<bool>("use_cache", "Keep keys and values of earlier tokens; the default. The text is the same.",
            (options, value) => options.UseCache = value),
        new Setting<string>("context_overflow", "What happens when the text outgrows the context: crop or stop.",
            (options, value) => options.ContextOverflow = ParseOverflow(value)),
    ];

    private static ContextOverflow ParseOverflow(string name) => name switch
    {
        "crop" => ContextOverflow.Crop,
        "stop" => ContextOverflow.Stop,
        _ => throw new ArgumentException($"context_overflow must be crop or stop, but is '{name}'."),
    };

    private static string Describe<T>() => typeof(T) == typeof(bool) ? "true or false"
        : typeof(T) == typeof(string) ? "a text"
        : typeof(T) == typeof(double) ? "a number"
        : "a whole number";

    private string Flag => "--" + Name.Replace('_', '-');

    private sealed class Setting<T>(string name, string description, Action<GenerationOptions, T> apply) : GenerationSetting(name)
    {
        public override Option CreateFlag() => new Option<T>(Flag) { Description = description };

        public override void Apply(ParseResult parsed, Option flag, GenerationOptions options) =>
            apply(options, parsed.GetValue((Option<T>)flag)!);

        public override void Apply(JsonRequest request, GenerationOptions options) => apply(options, request.Get<T>(Name, Describe<T>()));
    }

    private sealed class ListSetting<T>(string name, string description, Action<GenerationOptions, T[]> apply) : GenerationSetting(name)
    {
        public override Option CreateFlag() =>
            new Option<T[]>(Flag) { Description = description + " May be repeated.", Arity = ArgumentArity.ZeroOrMore };

        public override void Apply(ParseResult parsed, Option flag, GenerationOptions options) =>
            apply(options, parsed.GetValue((Option<T[]>)flag) ?? []);

        public override void Apply(JsonRequest request, GenerationOptions options) =>
            apply(options, request.GetList<T>(Name, Describe<T>() + " or a list of them"));

        public override void ApplyNull(GenerationOptions options) => apply(options, []);
    }
}
