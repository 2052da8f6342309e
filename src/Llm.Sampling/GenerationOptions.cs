using Llm.Models;

namespace Llm.Sampling;

/// <summary>
/// How text is generated. What is null is left to the next layer: first the options of the call, then those of the generator, then the
/// model's generation_config.json, then the defaults given here, which are Hugging Face's. Safe to share once nobody changes it.
/// </summary>
public sealed class GenerationOptions
{
    private const int DefaultMaxNewTokens = 20;
    private const int DefaultTopK = 50;

    /// <summary>Most tokens to generate. The default is what <see cref="MaxLength"/> leaves, else 20.</summary>
    public int? MaxNewTokens { get; set; }

    /// <summary>Most tokens in all, prompt included; <see cref="MaxNewTokens"/> wins over it.</summary>
    public int? MaxLength { get; set; }

    /// <summary>
    /// Whether tokens are drawn at random rather than the best one taken (then the settings of the draw do not act). The default is false,
    /// but true where a call asks for a draw by setting Temperature, TopK, TopP or MinP: Hugging Face would ignore them with a warning.
    /// </summary>
    public bool? DoSample { get; set; }

    /// <summary>Divides the logits before the draw; 0 takes the best token. The default is 1.</summary>
    public double? Temperature { get; set; }

    /// <summary>
    /// The draw is among this many of the likeliest tokens; 0 means all. The default is 50, as in Hugging Face's library.
    /// </summary>
    public int? TopK { get; set; }

    /// <summary>The draw is among the likeliest tokens that together have this share of the probability. The default is 1: all.</summary>
    public double? TopP { get; set; }

    /// <summary>
    /// The draw is among the tokens that have at least this share of the likeliest one's probability. The default is 0: all.
    /// </summary>
    public double? MinP { get; set; }

    /// <summary>
    /// Makes tokens less likely that occur in the prompt or the new text, with or without a draw. The default is 1: no change.
    /// </summary>
    public double? RepetitionPenalty { get; set; }

    /// <summary>
    /// Own processors, in order; they act after the penalties and before temperature and what follows it, with or without a draw. To order
    /// everything yourself, list it here and turn the settings above off.
    /// </summary>
    public IReadOnlyList<ILogitsProcessor>? Processors { get; set; }

    /// <summary>Ids that end the text; an empty list for none. The default is the model's, else the tokenizer's end of text.</summary>
    public IReadOnlyList<int>? StopTokens { get; set; }

    /// <summary>
    /// Strings that end the text, wherever they begin or end within tokens; the end of the prompt takes part. The default is none.
    /// </summary>
    public IReadOnlyList<string>? StopStrings { get; set; }

    /// <summary>
    /// Whether the text is cut where the stop string begins. The default is false: it ends with the token that completed it.
    /// </summary>
    public bool? TrimStopStrings { get; set; }

    /// <summary>
    /// Id that an empty prompt stands for. The default is the model's beginning of text, else the tokenizer's end of text.
    /// </summary>
    public int? StartToken { get; set; }

    /// <summary>
    /// Whether special tokens such as &lt;|endoftext|&gt; in the prompt's text are taken as such. The default is false: they are plain
    /// text.
    /// </summary>
    public bool? AllowSpecialTokens { get; set; }

    /// <summary>Whether special tokens are left out of the new text. The default is true.</summary>
    public bool? SkipSpecialTokens { get; set; }

    /// <summary>
    /// The same seed gives the same text, whatever else runs, cached or not, streamed or not. Number n drawn is a function of seed and n
    /// (Philox 4x32-10). For several texts from one prompt, count it up. The default is a seed of its own for each call.
    /// </summary>
    public long? Seed { get; set; }

    /// <summary>
    /// Whether keys and values of earlier tokens are kept rather than computed again. The default is true; the text is the same.
    /// </summary>
    public bool? UseCache { get; set; }

    /// <summary>What happens when the text outgrows the model's context. The default is <see cref="ContextOverflow.Crop"/>.</summary>
    public ContextOverflow? ContextOverflow { get; set; }

    /// <summary>The options that a model's generation_config.json asks for.</summary>
    public static GenerationOptions From(GenerationConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var options = new GenerationOptions
        {
            MaxNewTokens = config.MaxNewTokens,
            MaxLength = config.MaxLength,
            Temperature = config.Temperature,
            TopK = config.TopK,
            TopP = config.TopP,
            MinP = config.MinP,
            RepetitionPenalty = config.RepetitionPenalty,
            StopTokens = config.EosTokenIds,
            StartToken = config.BosTokenId,
        };
        // A file that has a temperature, but does not say do_sample, means greedy.
        options.DoSample = config.DoSample ?? (options.AsksForDraw ? false : null);
        return options;
    }

    /// <summary>These options, with those of <paramref name="defaults"/> where they say nothing. Neither is changed.</summary>
    public GenerationOptions WithDefaults(GenerationOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return new GenerationOptions
        {
            MaxNewTokens = MaxNewTokens ?? defaults.MaxNewTokens,
            MaxLength = MaxLength ?? defaults.MaxLength,
            DoSample = DoSample ?? (AsksForDraw ? true : defaults.DoSample),
            Temperature = Temperature ?? defaults.Temperature,
            TopK = TopK ?? defaults.TopK,
            TopP = TopP ?? defaults.TopP,
            MinP = MinP ?? defaults.MinP,
            RepetitionPenalty = RepetitionPenalty ?? defaults.RepetitionPenalty,
            Processors = Processors ?? defaults.Processors,
            StopTokens = StopTokens ?? defaults.StopTokens,
            StopStrings = StopStrings ?? defaults.StopStrings,
            TrimStopStrings = TrimStopStrings ?? defaults.TrimStopStrings,
            StartToken = StartToken ?? defaults.StartToken,
            AllowSpecialTokens = AllowSpecialTokens ?? defaults.AllowSpecialTokens,
            SkipSpecialTokens = SkipSpecialTokens ?? defaults.SkipSpecialTokens,
            Seed = Seed ?? defaults.Seed,
            UseCache = UseCache ?? defaults.UseCache,
            ContextOverflow = ContextOverflow ?? defaults.ContextOverflow,
        };
    }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which.</exception>
    public void Validate()
    {
        Check(MaxNewTokens is null or >= 1, $"MaxNewTokens must be at least 1, but is {MaxNewTokens}.");
        Check(MaxLength is null or >= 1, $"MaxLength must be at least 1, but is {MaxLength}.");
        Check(
            Temperature is null or (>= 0 and < double.PositiveInfinity),
            $"Temperature must be 0 (the best token) or a number above, but is {Temperature}.");
        Check(TopK is null or >= 0, $"TopK must be 0 (all tokens) or more, but is {TopK}.");
        Check(TopP is null or (>= 0 and <= 1), $"TopP must be between 0 and 1 (all tokens), but is {TopP}.");
        Check(MinP is null or (>= 0 and <= 1), $"MinP must be between 0 (all tokens) and 1, but is {MinP}.");
        Check(
            RepetitionPenalty is null or (> 0 and < double.PositiveInfinity),
            $"RepetitionPenalty must be a number above 0 (1 changes nothing), but is {RepetitionPenalty}.");
        Check(Processors?.Any(processor => processor is null) is not true, "Processors must not hold null.");
        Check(StopTokens?.All(id => id >= 0) is not false, "StopTokens must be token ids of 0 or more.");
        Check(StopStrings?.Any(string.IsNullOrEmpty) is not true, "StopStrings must not hold an empty string.");
        Check(StartToken is null or >= 0, $"StartToken must be a token id of 0 or more, but is {StartToken}.");
        Check(
            ContextOverflow is null || Enum.IsDefined(ContextOverflow.Value),
            $"ContextOverflow must be Crop or Stop, but is {ContextOverflow}.");
    }

    /// <summary>The processors that these options ask for, in Hugging Face's order.</summary>
    public IReadOnlyList<ILogitsProcessor> CreateProcessors()
    {
        var list = new List<ILogitsProcessor>();
        if (RepetitionPenalty is { } penalty && penalty != 1)
            list.Add(new RepetitionPenaltyProcessor(penalty));
        list.AddRange(Processors ?? []);
        if (!Draws)
            return list;
        if (Temperature is { } temperature && temperature != 1)
            list.Add(new TemperatureProcessor(temperature));
        if ((TopK ?? DefaultTopK) is > 0 and var k)
            list.Add(new TopKProcessor(k));
        if (TopP is < 1 and var p)
            list.Add(new TopPProcessor(p));
        if (MinP is > 0 and var least)
            list.Add(new MinPProcessor(least));
        return list;
    }

    /// <summary>Whether the next token is drawn rather than taken.</summary>
    internal bool Draws => (DoSample ?? AsksForDraw) && Temperature != 0;

    /// <summary>How many tokens may follow a prompt of so many.</summary>
    internal int Room(int promptTokens) => MaxNewTokens ?? (MaxLength is { } length ? length - promptTokens : DefaultMaxNewTokens);

    private bool AsksForDraw => Temperature > 0 || TopK > 0 || TopP < 1 || MinP > 0;

    private static void Check(bool isValid, string message)
    {
        if (!isValid)
            throw new ArgumentException(message);
    }
}
