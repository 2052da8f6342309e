using System.Text.Json;
using System.Text.Json.Nodes;
using Llm.Models;
using static Llm.Sampling.Tests.GoldenCases;

namespace Llm.Sampling.Tests;

public sealed class GenerationOptionsTests
{
    // Need n-gram bans or beams.
    private static readonly string[] NotYet = ["config-06", "config-09", "config-10"];

    public static TheoryData<string> GoldenConfigs() => NamesBut("generation", "config.json", NotYet);

    [Theory, MemberData(nameof(GoldenConfigs))]
    public void From_GoldenConfig_HoldsUnlessTheCallOverridesIt(string name)
    {
        var @case = All("generation", "config.json")[name];
        var file = JsonNode.Parse(@case.GetProperty("generation_config").GetRawText())!.AsObject();
        foreach (var id in new[] { "bos_token_id", "eos_token_id" })
            file.TryAdd(id, 0);

        var config = GenerationConfig.FromJson(file.ToJsonString());
        var generator = new TextGenerator(MobyMini.Model, MobyMini.Tokenizer, GenerationOptions.From(config));
        var result = generator.Generate(@case.Text("prompt"), HuggingFaceOptions.Parse(@case.GetProperty("call_options")));

        Assert.Equal(@case.Ids("new_ids"), result.Ids);
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"temperature": 0.7}""", false)]
    [InlineData("""{"temperature": 0.7, "do_sample": true}""", true)]
    public void From_File_DrawsOnlyWhenItSaysDoSample(string json, bool draws) =>
        Assert.Equal(draws, GenerationOptions.From(GenerationConfig.FromJson(json)).Draws);

    [Fact]
    public void WithDefaults_CallAsksForADraw_DrawsWithTheFilesSettings()
    {
        var file = GenerationOptions.From(GenerationConfig.FromJson("""{"temperature": 0.7, "top_k": 5}"""));

        var merged = new GenerationOptions { TopP = 0.9 }.WithDefaults(file);

        Assert.True(merged.Draws);
        Assert.Equal(
            [nameof(TemperatureProcessor), nameof(TopKProcessor), nameof(TopPProcessor)],
            merged.CreateProcessors().Select(processor => processor.GetType().Name));
    }

    [Fact]
    public void WithDefaults_EveryOption_IsTakenFromTheUpperLayerElseFromTheLower()
    {
        foreach (var property in typeof(GenerationOptions).GetProperties())
        {
            var (upper, lower) = (new GenerationOptions(), new GenerationOptions());
            property.SetValue(lower, Some(property.PropertyType));
            Assert.Equal(property.GetValue(lower), property.GetValue(upper.WithDefaults(lower)));
            Assert.Equal(property.GetValue(lower), property.GetValue(lower.WithDefaults(upper)));
        }
    }

    [Fact]
    public void CreateProcessors_Defaults_IsHuggingFacesTopK50()
    {
        Assert.Empty(new GenerationOptions().CreateProcessors());
        Assert.IsType<TopKProcessor>(Assert.Single(new GenerationOptions { DoSample = true }.CreateProcessors()));
        Assert.Empty(new GenerationOptions { DoSample = true, TopK = 0 }.CreateProcessors());
    }

    [Fact]
    public void CreateProcessors_OwnProcessors_StandBetweenPenaltiesAndTheDrawsSettings()
    {
        var own = new MinPProcessor(0.5);

        var list = new GenerationOptions { RepetitionPenalty = 1.2, Processors = [own], Temperature = 0.5, TopK = 0 }.CreateProcessors();

        Assert.Equal(3, list.Count);
        Assert.Same(own, list[1]);
    }

    [Fact]
    public void Draws_TemperatureZero_TakesTheBest() => Assert.False(new GenerationOptions { DoSample = true, Temperature = 0 }.Draws);

    public static TheoryData<string> BadValues =>
    [
        """{"max_new_tokens": 0}""", """{"max_length": 0}""", """{"temperature": -0.1}""", """{"top_k": -1}""", """{"top_p": 1.5}""",
        """{"top_p": -0.5}""", """{"min_p": 2}""", """{"repetition_penalty": -1.0}""",
        """{"eos_token_id": -1}""", """{"stop_strings": ["a", ""]}""",
    ];

    [Theory, MemberData(nameof(BadValues))]
    public void Validate_ValueOutOfRange_NamesIt(string json)
    {
        var options = HuggingFaceOptions.Parse(JsonDocument.Parse(json).RootElement);

        var inCode = Assert.Throws<ArgumentException>(options.Validate);
        var inUse = Assert.Throws<ArgumentException>(() => MobyMini.Texts.Generate("Call me", options));

        Assert.Equal(inCode.Message, inUse.Message);
    }

    private static object Some(Type type) => Nullable.GetUnderlyingType(type) switch
    {
        { IsEnum: true } @enum => Enum.GetValues(@enum).GetValue(1)!,
        { } value when value == typeof(bool) => true,
        { } value => Convert.ChangeType(1, value),
        null when type == typeof(IReadOnlyList<int>) => new[] { 1 },
        null when type == typeof(IReadOnlyList<string>) => new[] { "stop" },
        null when type == typeof(IReadOnlyList<ILogitsProcessor>) => new ILogitsProcessor[] { new TopKProcessor(1) },
        _ => throw new NotSupportedException($"Say what a value of {type} looks like."),
    };
}
