using System.Text.Json;
using Llm.Models;
using Llm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

/// <summary>Reads what reference implementations computed.</summary>
internal static class Golden
{
    public static JsonElement Json(params string[] path) => JsonDocument.Parse(File.ReadAllText(TestData.Golden(path))).RootElement;

    public static double[] Doubles(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    public static double Double(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>All tensors of a safetensors file. They live until the test's process ends or its scope does.</summary>
    public static Dictionary<string, Tensor> Tensors(params string[] path)
    {
        using var file = SafetensorsFile.Open(TestData.Golden(path));
        return file.Tensors.Keys.ToDictionary(name => name, name => file.Read(name));
    }

    public static CausalLM Model(string name) => ModelFolder.Load(TestData.Golden("training", name)).Model;

    /// <summary>
    /// A batch as Hugging Face's models shift it: the labels of a row, from the second on, are the targets of its ids before the last.
    /// </summary>
    public static Batch Shift(Tensor ids, Tensor labels) => new(ids[.., ..^1].contiguous(), labels[.., 1..].contiguous());

    /// <summary>Fails where a number is further away than absolute + relative · |expected|.</summary>
    public static void AssertClose(IEnumerable<double> expected, IEnumerable<double> actual, double absolute, double relative = 0)
    {
        var pairs = expected.Zip(actual).ToList();
        Assert.Equal(expected.Count(), actual.Count());
        for (var i = 0; i < pairs.Count; i++)
        {
            var (want, is_) = pairs[i];
            Assert.True(Math.Abs(want - is_) <= absolute + relative * Math.Abs(want), $"Number {i}: expected {want}, but was {is_}.");
        }
    }

    public static void AssertClose(string name, Tensor expected, Tensor actual, double absolute, double relative = 0)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var excess = ((expected - actual).abs() - absolute - relative * expected.abs()).max().ToDouble();
        Assert.True(excess <= 0, $"{name}: a number is {excess:E2} further away than allowed.");
    }

    /// <summary>
    /// Compares weights with a Hugging Face checkpoint, but for the attention's key biases: their
    /// true gradient is 0, and Adam amplifies its rounding.
    /// </summary>
    public static void AssertWeights(string file, CausalLM model, double tolerance, string prefix = "")
    {
        var actual = model.ExportWeights().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        foreach (var (name, expected) in Tensors("training", file).Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var (want, found) = (expected, actual[name[prefix.Length..]]);
            if (name.EndsWith("c_attn.bias", StringComparison.Ordinal))
            {
                var third = want.shape[0] / 3;
                (want, found) = (WithoutKeys(want, third), WithoutKeys(found, third));
            }
            AssertClose(name, want, found, tolerance);
        }
    }

    private static Tensor WithoutKeys(Tensor bias, long third) => cat([bias.narrow(0, 0, third), bias.narrow(0, 2 * third, third)]);
}

/// <summary>The given batches, again and again.</summary>
internal sealed class GivenBatches(params Batch[] batches) : IBatchSource
{
    public long? BatchesPerEpoch => batches.Length;

    public string Identity => $"{batches.Length} given batches";

    // The trainer's scope may end a copy; the tensors given stay.
    public Batch Get(long number) => new(batches[number % batches.Length].Inputs.alias(), batches[number % batches.Length].Targets.alias());
}
