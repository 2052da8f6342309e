using System.Text.Json;
using static Llm.Training.LearningRateSchedules;
using static Llm.Training.Tests.Golden;

namespace Llm.Training.Tests;

public sealed class LearningRateSchedulesTests
{
    public static TheoryData<string> Cases =>
        [.. Json("optim", "lr_schedules.json").GetProperty("cases").EnumerateArray()
            .Select(golden => golden.GetProperty("name").GetString()!)
            .Where(name => name != "hf_warmup_stable_decay_15")]; // whose warmup is a cosine

    [Theory, MemberData(nameof(Cases))]
    public void Schedule_Reference_IsEqual(string name)
    {
        var golden = Json("optim", "lr_schedules.json").GetProperty("cases").EnumerateArray()
            .Single(it => it.GetProperty("name").GetString() == name);
        var expected = golden.Doubles("lr");

        var schedule = Schedule(golden.GetProperty("kind").GetString()!, golden.GetProperty("params"));

        AssertClose(expected, Enumerable.Range(0, expected.Length).Select(schedule), 1e-15, 1e-9);
    }

    [Fact]
    public void WarmupCosine_CurriculumExample_HasItsRates()
    {
        var schedule = WarmupCosine(3e-4, warmup: 100, total: 5000, floor: 3e-5);

        AssertClose([0, 3e-4, 3e-5, 3e-5], [schedule(0), schedule(100), schedule(5000), schedule(9000)], 1e-15, 1e-9);
    }

    [Fact]
    public void Linear_Floor_IsReachedAndKept()
    {
        var schedule = Linear(1, warmup: 0, total: 10, floor: 0.2);

        AssertClose([1, 0.6, 0.2, 0.2], [schedule(0), schedule(5), schedule(10), schedule(50)], 1e-12);
    }

    private static Func<int, double> Schedule(string kind, JsonElement p) => kind switch
    {
        "nanogpt" => NanoGpt(p.Double("learning_rate"), p.Int("warmup_iters"), p.Int("lr_decay_iters"), p.Double("min_lr")),
        "warmup_cosine_floor" => WarmupCosine(p.Double("lr_max"), p.Int("warmup"), p.Int("max_steps"), p.Double("lr_min")),
        "hf_constant" => Constant(p.Double("lr")),
        "hf_constant_with_warmup" => Constant(p.Double("lr"), p.Int("num_warmup_steps")),
        "hf_linear" => Linear(p.Double("lr"), p.Int("num_warmup_steps"), p.Int("num_training_steps")),
        "hf_cosine" => Cosine(p.Double("lr"), p.Int("num_warmup_steps"), p.Int("num_training_steps"), cycles: Or(p, "num_cycles", 0.5)),
        "hf_cosine_with_min_lr" => Cosine(
            p.Double("lr"), p.Int("num_warmup_steps"), p.Int("num_training_steps"),
            Or(p, "min_lr", p.Double("lr") * Or(p, "min_lr_rate", 0))),
        "hf_warmup_stable_decay" => WarmupStableDecay(
            p.Double("lr"), p.Int("num_warmup_steps"), p.Int("num_stable_steps"), p.Int("num_decay_steps"),
            p.Double("lr") * Or(p, "min_lr_ratio", 0), p.TryGetProperty("decay_type", out _) ? progress => 1 - progress : null),
        _ => throw new NotSupportedException(kind),
    };

    private static double Or(JsonElement p, string name, double otherwise) =>
        p.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
}
