using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static Llm.Training.Tests.Golden;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

/// <summary>The trainer clips with TorchSharp's own operator: this is what it relies on.</summary>
public sealed class ClippingTests
{
    public static TheoryData<string> Cases =>
        [.. Json("optim", "clipping.json").GetProperty("cases").EnumerateArray().Select(it => it.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Cases))]
    public void Clip_Reference_IsEqual(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Json("optim", "clipping.json").GetProperty("cases").EnumerateArray()
            .Single(it => it.GetProperty("name").GetString() == name);
        var tensors = Tensors("optim", "clipping.safetensors");
        var gradients = Enumerable.Range(0, 4).Select(i => $"{name}/grad{i}").Where(tensors.ContainsKey).ToArray();
        var parameters = gradients.Select(gradient => WithGradient(tensors[gradient])).Append(new Parameter(zeros(2))).ToArray();

        if (golden.GetProperty("kind").GetString() == "clip_grad_value_")
            nn.utils.clip_grad_value_(parameters[..^1], golden.Double("clip_value"));
        else
            AssertNorm(golden, nn.utils.clip_grad_norm_(parameters, golden.Double("max_norm"), Number(golden, "norm_type")));

        for (var i = 0; i < gradients.Length; i++)
        {
            var (expected, actual) = (tensors[$"{name}/clipped{i}"], parameters[i].grad!);
            if (name == "non_finite")
                Assert.True(expected.isnan().eq(actual.isnan()).all().ToBoolean());
            else
                AssertClose(name, expected, actual, 1e-6);
        }
    }

    private static Parameter WithGradient(Tensor gradient) => new(zeros_like(gradient)) { grad = gradient.clone() };

    private static void AssertNorm(JsonElement golden, double norm)
    {
        var expected = Number(golden, "total_norm");
        Assert.True(
            double.IsNaN(expected) ? double.IsNaN(norm) : Math.Abs(expected - norm) < 1e-6, $"Expected {expected}, but was {norm}.");
    }

    private static double Number(JsonElement golden, string name) => golden.GetProperty(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() == "NaN" ? double.NaN : double.PositiveInfinity,
        var number => number.GetDouble(),
    };
}
