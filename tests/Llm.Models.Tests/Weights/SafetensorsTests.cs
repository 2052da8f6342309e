using CsCheck;
using Llm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Models.Tests.Weights;

public class SafetensorsTests
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64, ScalarType.Float16,
        ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64, ScalarType.ComplexFloat32,
    ];

    [Theory]
    [InlineData("many.safetensors")]
    [InlineData("big-row.safetensors")]
    [InlineData("scalars-and-empty.safetensors")]
    [InlineData("only-metadata.safetensors")]
    [InlineData("sharded/model-00001-of-00003.safetensors")]
    [InlineData("sharded/model-00002-of-00003.safetensors")]
    public void Save_TensorsOfAReferenceFile_GivesItsBytes(string name)
    {
        var golden = TestData.Golden("weights", "safetensors", name);
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(golden);

        Safetensors.Save(
            folder.File("saved"), file.Tensors.Keys.Reverse().Select(key => KeyValuePair.Create(key, file.Read(key))), file.Metadata);

        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("saved")));
    }

    [Fact]
    public void Save_UnicodeAndQuotedNames_AreWrittenAsTheReferenceDoes()
    {
        var golden = TestData.Golden("weights", "safetensors", "metadata-and-names.safetensors");
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(golden);

        Safetensors.Save(folder.File("saved"), file.Tensors.Keys.Select(key => KeyValuePair.Create(key, file.Read(key))), file.Metadata);

        // Only the order of the metadata is not fixed, so the lengths agree and the data is the same to the end.
        var (expected, saved) = (File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("saved")));
        var names = expected.AsSpan().IndexOf("\"a b\""u8);
        Assert.Equal(expected.Length, saved.Length);
        Assert.Equal(expected[names..], saved[saved.AsSpan().IndexOf("\"a b\""u8)..]);
    }

    [Fact]
    public void Open_WhatWasSaved_HasTheSameNamesShapesAndBytes()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.safetensors");
        var tensor = Gen.Select(Gen.Int[0, Types.Length - 1], Gen.Long[0, 5].Array[0, 4], Gen.Int);
        var names = Gen.String[Gen.Char.Where(c => !char.IsSurrogate(c)), 0, 12];

        Gen.Select(Gen.Dictionary(names, tensor)[0, 8], Gen.Dictionary(names, names)[0, 3]).Sample((made, metadata) =>
        {
            using var scope = NewDisposeScope();
            var tensors = made.ToDictionary(pair => pair.Key, pair => Random(Types[pair.Value.Item1], pair.Value.Item2, pair.Value.Item3));

            Safetensors.Save(path, tensors, metadata);
            var bytes = File.ReadAllBytes(path);
            Safetensors.Save(path, tensors.Reverse(), metadata.Reverse().ToDictionary());

            Assert.Equal(bytes, File.ReadAllBytes(path));
            using var file = SafetensorsFile.Open(path);
            Assert.Equal(metadata, file.Metadata);
            Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
            foreach (var (name, saved) in tensors)
            {
                var read = file.Read(name);
                Assert.Equal(saved.dtype, read.dtype);
                Assert.Equal(saved.shape, read.shape);
                Assert.Equal(saved.bytes.ToArray(), read.bytes.ToArray());
            }
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void Save_EveryTensor_StartsAlignedToItsElements()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Safetensors.Save(folder.File("a"), Types.Select((type, i) => KeyValuePair.Create($"t{i}", Random(type, [3], i))));

        var bytes = File.ReadAllBytes(folder.File("a"));
        using var file = SafetensorsFile.Open(folder.File("a"));

        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
        long begin = 0;
        foreach (var info in file.Tensors.Values)
        {
            Assert.Equal(0, begin % Math.Min(8, info.ByteCount / info.ElementCount));
            begin += info.ByteCount;
        }
    }

    [Fact]
    public void Save_NotContiguous_WritesRowMajor()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensor = arange(6, ScalarType.Float32).view(2, 3);

        Safetensors.Save(folder.File("a"), [new("t", tensor.t())]);

        using var file = SafetensorsFile.Open(folder.File("a"));
        Assert.Equal([3L, 2], file.Tensors["t"].Shape);
        Assert.Equal([0f, 3, 1, 4, 2, 5], file.Read("t").data<float>().ToArray());
    }

    [Fact]
    public void Save_ConjugatedView_WritesTheValues()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensor = ones(2, ScalarType.ComplexFloat32) * new System.Numerics.Complex(1, 2);

        Safetensors.Save(folder.File("a"), [new("t", tensor.conj())]);

        using var file = SafetensorsFile.Open(folder.File("a"));
        var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(file.Read("t").bytes).ToArray();
        Assert.Equal([1f, -2, 1, -2], numbers);
    }

    [Fact]
    public void Save_AsOtherType_ConvertsTheFloatingPointTensorsAlone()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();

        var (weights, ids) = (tensor(new[] { 1.5f, float.NaN, 1e30f }), tensor(new[] { 1L }));
        Safetensors.Save(folder.File("a"), [new("w", weights), new("ids", ids)], type: ScalarType.Float16);

        using var file = SafetensorsFile.Open(folder.File("a"));
        Assert.Equal(("F16", "I64"), (file.Tensors["w"].DataType, file.Tensors["ids"].DataType));
        Assert.Equal([1.5f, float.NaN, float.PositiveInfinity], file.Read("w", ScalarType.Float32).data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => Safetensors.Save(folder.File("b"), [], type: ScalarType.Int32));
    }

    [Fact]
    public void Save_PiecesOfOneTensorThatDoNotOverlap_AreWritten()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var whole = arange(6, ScalarType.Float32);

        Safetensors.Save(folder.File("a"), [new("b", whole[3..]), new("a", whole[..3])]);

        using var file = SafetensorsFile.Open(folder.File("a"));
        Assert.Equal([3f, 4, 5], file.Read("b").data<float>().ToArray());
    }

    [Fact]
    public void Save_SharedMemory_IsRefusedWithBothNames()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var whole = arange(12, ScalarType.Float32);

        foreach (var (a, b) in new[] { (whole, whole), (whole, whole.view(3, 4)), (whole[..6], whole[5..]), (whole, whole[4..5]) })
        {
            var refusal = Assert.Throws<ArgumentException>(() => Safetensors.Save(
                folder.File("a"), [new("wte.weight", a), new("between", ones(3)), new("lm_head.weight", b)]));
            Assert.Contains("wte.weight", refusal.Message);
            Assert.Contains("lm_head.weight", refusal.Message);
        }
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Save_WhatTheFormatCannotHold_IsRefusedBeforeTheFirstByte()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var gone = ones(1);
        gone.Dispose();

        foreach (var (name, tensor) in new[]
        {
            ("__metadata__", ones(1)), ("\ud800", ones(1)), ("c", ones(1, ScalarType.ComplexFloat64)),
            ("m", ones(1, device: META)), ("g", gone),
        })
        {
            Assert.Throws<ArgumentException>(() => Safetensors.Save(folder.File("a"), [new(name, tensor)]));
        }
        Assert.Throws<ArgumentException>(() => Safetensors.Save(folder.File("a"), [new("a", ones(1)), new("a", ones(1))]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Save_OverAnOpenFile_LeavesTheReaderItsOldContent()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows does not replace a file that is open.");
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Safetensors.Save(folder.File("a"), [new("t", zeros(4))]);
        using var old = SafetensorsFile.Open(folder.File("a"));

        Safetensors.Save(folder.File("a"), [new("t", ones(4))]);

        using var now = SafetensorsFile.Open(folder.File("a"));
        Assert.Equal(0, old.Read("t").sum().item<float>());
        Assert.Equal(4, now.Read("t").sum().item<float>());
    }

    [Fact]
    public void Save_ManyTimes_KeepsNoTensorAlive()
    {
        using var folder = new TemporaryFolder();
        using var weight = rand(8, 8);
        using var transposed = weight.t();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 20; i++)
        {
            Safetensors.Save(folder.File("a"), [new("t", transposed)]);
            using var file = SafetensorsFile.Open(folder.File("a"));
            file.CopyTo("t", transposed);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Tensor Random(ScalarType type, long[] shape, int seed)
    {
        var tensor = empty(shape, type);
        var random = new Random(seed);
        if (type == ScalarType.Bool)
        {
            foreach (ref var value in tensor.bytes)
                value = (byte)random.Next(2);
        }
        else
        {
            random.NextBytes(tensor.bytes); // any bits at all, NaN with its payload included
        }
        return tensor;
    }
}
