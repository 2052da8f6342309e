using System.Text.Json;
using Llm.Models;
using Llm.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static Llm.Training.Tests.Golden;
using static TorchSharp.torch;

namespace Llm.Training.Tests;

public sealed class AdamWTests
{
    private static readonly string[] Names = ["w", "e", "t", "u", "b", "s"];

    public static TheoryData<string> Cases =>
        [.. Json("optim", "optimizers.json").GetProperty("cases").EnumerateArray()
            .Select(golden => golden.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Cases))]
    public void Step_Reference_IsEqual(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Json("optim", "optimizers.json").GetProperty("cases").EnumerateArray()
            .Single(it => it.GetProperty("name").GetString() == name);
        var inputs = Tensors("optim", "optimizer_inputs.safetensors");
        var expected = Tensors("optim", "optimizers", name + ".safetensors");
        var parameters = Names.ToDictionary(key => key, key => new Parameter(inputs["init/" + key].clone()));
        using var optimizer = Optimizer(golden, parameters);

        for (var step = 1; step <= 25; step++)
        {
            foreach (var (key, parameter) in parameters)
                parameter.grad = inputs[$"step{step:D2}/{key}"];
            optimizer.Step(Rate(golden, step));

            foreach (var (key, parameter) in parameters.Where(_ => step is 1 or 5 or 25))
            {
                AssertClose(key, expected[$"step{step:D2}/{key}"], parameter, 1e-6, 1e-5);
                foreach (var (state, value) in optimizer.State.Where(pair => pair.Key.StartsWith(key + ".", StringComparison.Ordinal)))
                    AssertClose(state, expected[$"step{step:D2}/state/{state.Replace('.', '/')}"], value, 1e-6, 1e-5);
            }
        }
    }

    [Fact]
    public void Step_NoGradient_LeavesParameterAlone()
    {
        using var scope = NewDisposeScope();
        var (moved, still) = (new Parameter(ones(2, 2)), new Parameter(ones(2, 2)));
        using var optimizer = new AdamW([new([new("moved", moved), new("still", still)], 0.1)]);
        moved.grad = ones(2, 2);

        optimizer.Step(0.1);

        Assert.Equal(1, still.min().ToDouble());
        Assert.True(moved.max().ToDouble() < 1);
        Assert.Equal(0, optimizer.State.Single(pair => pair.Key == "still.step").Value.ToDouble());
    }

    [Fact]
    public void Step_ParametersOfTwoTypes_UpdatesBoth()
    {
        using var scope = NewDisposeScope();
        var (single, twice) = (new Parameter(ones(3)), new Parameter(ones(3, dtype: ScalarType.Float64)));
        using var optimizer = new AdamW([new([new("single", single), new("double", twice)], 0)]);
        (single.grad, twice.grad) = (ones(3), ones(3, dtype: ScalarType.Float64));

        optimizer.Step(0.25);

        Assert.Equal(0.75, single[0].ToDouble(), 1e-6);
        Assert.Equal(0.75, twice[0].ToDouble(), 1e-6);
    }

    [Fact]
    public void Step_ModelConvertedAfterwards_SaysWhatToDo()
    {
        using var model = Tiny.Model();
        using var optimizer = new AdamW(ParameterGroup.ByDimension(model, 0.1));
        model.to(ScalarType.Float64);

        var error = Assert.Throws<InvalidOperationException>(() => optimizer.Step(0.1));

        Assert.Contains("wte.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("Make the optimizer after that", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Step_RateOutOfRange_Throws(double rate)
    {
        using var model = Tiny.Model();
        using var optimizer = new AdamW(ParameterGroup.ByDimension(model, 0.1));

        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Step(rate));
    }

    [Fact]
    public void Constructor_EverythingFrozen_SaysSo()
    {
        using var model = Tiny.Model();
        foreach (var parameter in model.parameters())
            parameter.requires_grad = false;

        var error = Assert.Throws<ArgumentException>(() => new AdamW(ParameterGroup.ByDimension(model, 0.1)));

        Assert.Contains("nothing to train", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ParameterTwice_NamesIt()
    {
        using var scope = NewDisposeScope();
        var parameter = KeyValuePair.Create("w", new Parameter(ones(2, 2)));

        var error = Assert.Throws<ArgumentException>(() => new AdamW([new([parameter], 0.1), new([parameter], 0)]));

        Assert.Contains("'w'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SavedState_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model();
        using var trainer = new Trainer(model);
        Assert.Equal(3, trainer.Train(Tiny.Windows()).Take(3).Last().Step);
        trainer.Optimizer.Save(folder.Combine("state.safetensors"));
        using var other = new AdamW(ParameterGroup.ByDimension(model, 0.1));

        using (var file = SafetensorsFile.Open(folder.Combine("state.safetensors")))
            other.Load(file);

        foreach (var ((name, expected), (_, actual)) in trainer.Optimizer.State.Zip(other.State))
            AssertClose(name, expected, actual, 0);
    }

    [Fact]
    public void Load_StateOfAnotherModel_ThrowsAndChangesNothing()
    {
        using var folder = new TemporaryFolder();
        using var wide = Tiny.Model(Tiny.Config with { HiddenSize = 16 });
        using (var optimizer = new AdamW(ParameterGroup.ByDimension(wide, 0.1)))
        {
            foreach (var (_, tensor) in optimizer.State)
                tensor.fill_(7);
            optimizer.Save(folder.Combine("state.safetensors"));
        }
        using var model = Tiny.Model();
        using var other = new AdamW(ParameterGroup.ByDimension(model, 0.1));
        using var file = SafetensorsFile.Open(folder.Combine("state.safetensors"));

        var error = Assert.Throws<InvalidDataException>(() => other.Load(file));

        Assert.Contains("(11, 16)", error.Message, StringComparison.Ordinal);
        Assert.All(other.State, pair => Assert.Equal(0, pair.Value.abs().sum().ToDouble()));
    }

    [Theory]
    [InlineData(2, 3, "has no")]
    [InlineData(3, 2, "for which there is no parameter")]
    public void Load_OtherNumberOfLayers_Throws(int saved, int wanted, string reason)
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Model(Tiny.Config with { LayerCount = saved });
        using (var optimizer = new AdamW(ParameterGroup.ByDimension(model, 0.1)))
            optimizer.Save(folder.Combine("state.safetensors"));
        using var otherModel = Tiny.Model(Tiny.Config with { LayerCount = wanted });
        using var other = new AdamW(ParameterGroup.ByDimension(otherModel, 0.1));
        using var file = SafetensorsFile.Open(folder.Combine("state.safetensors"));

        var error = Assert.Throws<InvalidDataException>(() => other.Load(file));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static AdamW Optimizer(JsonElement golden, Dictionary<string, Parameter> parameters)
    {
        var hyper = golden.GetProperty("hyper");
        var decay = hyper.Double("weight_decay");
        var betas = hyper.Doubles("betas");
        var byDimension = parameters.ToLookup(pair => golden.GetProperty("groups").GetString() == "one" || pair.Value.dim() >= 2);
        return new AdamW(
            [new([.. byDimension[true]], decay), new([.. byDimension[false]], 0)],
            betas[0], betas[1], hyper.Double("eps"), hyper.TryGetProperty("amsgrad", out var amsGrad) && amsGrad.GetBoolean());
    }

    private static double Rate(JsonElement golden, int step) => golden.GetProperty("lr_table") is { ValueKind: JsonValueKind.Array } table
        ? table[step - 1].GetDouble()
        : golden.GetProperty("hyper").Double("lr");
}
