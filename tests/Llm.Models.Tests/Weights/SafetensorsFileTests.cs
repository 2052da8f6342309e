using System.Text;
using System.Text.Json;
using CsCheck;
using Llm.Testing;
using static TorchSharp.torch;

namespace Llm.Models.Tests.Weights;

public class SafetensorsFileTests
{
    private static readonly JsonElement Files = Manifest.Load("safetensors", "manifest.json").GetProperty("files");

    public static TheoryData<string> GoldenFiles => [.. Files.EnumerateObject()
        .Where(file => file.Value.TryGetProperty("file_order", out _)).Select(file => file.Name)];

    public static TheoryData<string, string, string> Malformed
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var file in Manifest.Load("safetensors", "malformed.json").GetProperty("files").EnumerateArray())
                data.Add(Text(file, "name"), Text(file, "want"), Text(file, "hex"));
            return data;
        }
    }

    [Theory, MemberData(nameof(GoldenFiles))]
    public void Open_GoldenFile_GivesNamesShapesAndMetadataInTheOrderOfTheData(string name)
    {
        var golden = Files.GetProperty(name);

        using var file = SafetensorsFile.Open(Golden(name));

        Assert.Equal(
            golden.GetProperty("tensors").EnumerateObject()
                .OrderBy(tensor => tensor.Value.GetProperty("data_offsets")[0].GetInt64())
                .ThenBy(tensor => tensor.Value.GetProperty("data_offsets")[1].GetInt64()).Select(tensor => tensor.Name),
            file.Tensors.Keys);
        foreach (var tensor in golden.GetProperty("tensors").EnumerateObject())
        {
            Assert.Equal(Text(tensor.Value, "dtype"), file.Tensors[tensor.Name].DataType);
            Assert.Equal(Manifest.Shape(tensor.Value), file.Tensors[tensor.Name].Shape);
        }
        var metadata = golden.GetProperty("metadata");
        Assert.Equal(metadata.ValueKind == JsonValueKind.Null ? 0 : metadata.EnumerateObject().Count(), file.Metadata.Count);
        foreach (var pair in file.Metadata)
            Assert.Equal(metadata.GetProperty(pair.Key).GetString(), pair.Value);
    }

    [Theory, MemberData(nameof(GoldenFiles))]
    public void ReadBytes_GoldenFile_GivesTheBytesOfEveryTensor(string name)
    {
        using var file = SafetensorsFile.Open(Golden(name));

        foreach (var tensor in Files.GetProperty(name).GetProperty("tensors").EnumerateObject())
            Assert.Equal(Text(tensor.Value, "sha256_of_bytes"), Manifest.Sha256(BytesOf(file, tensor.Name)));
    }

    [Theory, MemberData(nameof(GoldenFiles))]
    public void Read_GoldenFile_GivesTheBytesOfEveryTensorThatTorchSharpHolds(string name)
    {
        using var file = SafetensorsFile.Open(Golden(name));

        foreach (var tensor in Files.GetProperty(name).GetProperty("tensors").EnumerateObject())
        {
            if (file.Tensors[tensor.Name].Type is not { } type)
            {
                var refusal = Assert.Throws<NotSupportedException>(() => file.Read(tensor.Name));
                Assert.Contains(Text(tensor.Value, "dtype"), refusal.Message);
                continue;
            }
            using var read = file.Read(tensor.Name);
            Assert.Equal(type, read.dtype);
            Assert.Equal(Manifest.Shape(tensor.Value), read.shape);
            Assert.Equal(Text(tensor.Value, "sha256_of_bytes"), Manifest.Sha256(read.bytes.ToArray()));
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Read_AsWiderType_GivesExactValues(ScalarType wider)
    {
        using var file = SafetensorsFile.Open(Golden("every-dtype.safetensors"));

        foreach (var name in new[] { "t.F16", "t.BF16", "t.I16", "t.I8", "t.U8", "t.BOOL" })
        {
            using var read = file.Read(name, wider);
            using var asDouble = read.to_type(ScalarType.Float64);
            Assert.Equal(wider, read.dtype);
            Assert.Equal(
                Manifest.Values(Files.GetProperty("every-dtype.safetensors").GetProperty("tensors").GetProperty(name)),
                asDouble.data<double>().ToArray());
        }
    }

    [Fact]
    public void Read_MoreThanOnePiece_ConvertsAllOfThem()
    {
        using var folder = new TemporaryFolder();
        // Exact, and no two pieces alike.
        using var halves = arange(5_000_011, ScalarType.Float32).remainder(2039).to_type(ScalarType.Float16);
        Safetensors.Save(folder.File("a.safetensors"), [new("w", halves)]);

        using var file = SafetensorsFile.Open(folder.File("a.safetensors"));
        using var read = file.Read("w", ScalarType.Float32);

        Assert.True(read.equal(halves.to_type(ScalarType.Float32)).all().item<bool>());
    }

    [Fact]
    public void CopyTo_ParameterThatNeedsGradients_FillsItAndRecordsNothing()
    {
        using var file = SafetensorsFile.Open(Golden("every-dtype.safetensors"));
        using var parameter = nn.Parameter(zeros(2, 3));

        file.CopyTo("t.I16", parameter);

        Assert.True(parameter.requires_grad);
        Assert.True(parameter.is_leaf);
        Assert.Equal([-32768f, 62, 43, 29, 35, 32767], parameter.data<float>().ToArray());
    }

    [Fact]
    public void CopyTo_TransposedDestination_FillsItByIndex()
    {
        using var file = SafetensorsFile.Open(Golden("every-dtype.safetensors"));
        using var memory = zeros(3, 2, ScalarType.Int16);

        file.CopyTo("t.I16", memory.t());

        Assert.Equal<short>([-32768, 29, 62, 35, 43, 32767], memory.data<short>().ToArray());
    }

    [Theory]
    [InlineData(new long[] { 2, 1 })]
    [InlineData(new long[] { 3, 2 })]
    [InlineData(new long[] { 6 })]
    [InlineData(new long[] { 1, 2, 3 })]
    public void CopyTo_OtherShape_IsRefusedWithBothShapes(long[] shape)
    {
        using var file = SafetensorsFile.Open(Golden("every-dtype.safetensors"));
        using var destination = zeros(shape);

        var refusal = Assert.Throws<ArgumentException>(() => file.CopyTo("t.F32", destination));

        Assert.Contains("'t.F32' has the shape (2, 3)", refusal.Message);
        Assert.Contains($"({string.Join(", ", shape)})", refusal.Message);
    }

    [Theory]
    [InlineData("t.F32", ScalarType.Int64)]
    [InlineData("t.C64", ScalarType.Float64)]
    [InlineData("t.I64", ScalarType.Bool)]
    public void CopyTo_TypeThatWouldLoseTheMeaning_IsRefused(string name, ScalarType type)
    {
        using var file = SafetensorsFile.Open(Golden("every-dtype.safetensors"));
        using var destination = zeros(2, 3, type);

        Assert.Throws<ArgumentException>(() => file.CopyTo(name, destination));
    }

    [Fact]
    public void CopyTo_MetaDevice_IsRefused()
    {
        using var file = SafetensorsFile.Open(Golden("every-dtype.safetensors"));
        using var destination = zeros(2, 3, device: META);

        Assert.Throws<ArgumentException>(() => file.CopyTo("t.F32", destination));
    }

    [Fact]
    public void CopyTo_UnknownName_NamesSomeThatAreThere()
    {
        using var file = SafetensorsFile.Open(Golden("big-row.safetensors"));
        using var destination = zeros(1);

        var refusal = Assert.Throws<KeyNotFoundException>(() => file.CopyTo("z", destination));

        Assert.Contains("'z'", refusal.Message);
        Assert.Contains("y, w, x", refusal.Message);
    }

    [Theory, MemberData(nameof(GoldenFiles))]
    public void View_GoldenFile_GivesTheSameAsReadAndOutlivesTheFile(string name)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Golden(name));
        var held = file.Tensors.Values.Where(info => info.Type is not null).Select(info => info.Name).ToArray();

        var views = held.Select(file.View).ToArray();
        var copies = held.Select(key => file.Read(key)).ToArray();
        file.Dispose();

        foreach (var (view, copy) in views.Zip(copies))
        {
            Assert.Equal(copy.dtype, view.dtype);
            Assert.Equal(copy.shape, view.shape);
            Assert.Equal(copy.bytes.ToArray(), view.bytes.ToArray());
        }
    }

    [Fact]
    public void View_WrittenTo_LeavesTheFileAlone()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Safetensors.Save(folder.File("a"), [new("w", zeros(3000))]);
        using var file = SafetensorsFile.Open(folder.File("a"));

        var view = file.View("w");
        view.add_(1);

        Assert.Equal(3000, view.sum().item<float>());
        Assert.Equal(0, file.Read("w").sum().item<float>());
        Assert.Equal(0, SafetensorsFile.Open(folder.File("a")).View("w").sum().item<float>());
    }

    [Fact]
    public void View_AllGone_UnmapsTheFile()
    {
        if (!File.Exists("/proc/self/maps"))
            Assert.Skip("Only Linux tells what is mapped.");
        using var folder = new TemporaryFolder();
        Safetensors.Save(folder.File("a"), [new("w", ones(3000)), new("v", ones(10))]);
        var file = SafetensorsFile.Open(folder.File("a"));

        var (first, second) = (file.View("w"), file.View("v"));
        file.Dispose();
        first.Dispose();
        Assert.Contains(folder.Path, File.ReadAllText("/proc/self/maps"));
        Assert.Equal(10, second.sum().item<float>());
        second.Dispose();

        Assert.DoesNotContain(folder.Path, File.ReadAllText("/proc/self/maps"));
    }

    [Fact]
    public void View_UnknownNameOrType_IsRefused()
    {
        using var file = SafetensorsFile.Open(Golden("every-dtype.safetensors"));

        Assert.Throws<KeyNotFoundException>(() => file.View("none"));
        Assert.Throws<NotSupportedException>(() => file.View("t.F8_E4M3"));
    }

    [Fact]
    public void ReadBytes_BeyondTheTensor_IsRefused()
    {
        using var file = SafetensorsFile.Open(Golden("big-row.safetensors"));

        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes("x", 0, new byte[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes("x", -1, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes("x", long.MaxValue, new byte[1]));
    }

    [Fact]
    public void Read_BoolThatIsNeitherZeroNorOne_MeansTrue()
    {
        var hex = Malformed.Single(row => row.Data.Item1 == "bool_value_two").Data.Item3;
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("a", Convert.FromHexString(hex)));

        using var read = file.Read("a");

        Assert.Equal<byte>([1, 1], read.bytes.ToArray());
    }

    [Theory, MemberData(nameof(Malformed))]
    public void Open_HandMadeFile_IsAcceptedOrRefused(string name, string want, string hex)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write($"{name}.safetensors", Convert.FromHexString(hex));

        var refusal = OpenAndReadAll(path);

        if (want == "accept")
            Assert.Null(refusal);
        if (want == "reject")
            Assert.StartsWith(path, refusal);
    }

    [Theory]
    [InlineData("[0,8]", "[4,12]", "[16,20]", "'b' starts at byte 4 of the data and overlaps")]
    [InlineData("[0,8]", "[12,20]", "[16,20]", "'b' starts at byte 12 of the data and leaves a hole")]
    [InlineData("[4,12]", "[4,12]", "[16,20]", "'a' starts at byte 4 of the data and leaves a hole")]
    public void Open_HoleThatMakesUpForAnOverlap_IsRefused(string a, string b, string c, string reason)
    {
        var json = $"{{\"a\":{{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":{a}}},"
            + $"\"b\":{{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":{b}}},"
            + $"\"c\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":{c}}}}}";
        using var folder = new TemporaryFolder();
        var path = folder.Write(
            "a.safetensors", [.. BitConverter.GetBytes((long)json.Length), .. Encoding.UTF8.GetBytes(json), .. new byte[20]]);

        Assert.Contains(reason, OpenAndReadAll(path));
    }

    [Fact]
    public void Open_ReferenceImplementationsOwnCases_AreAcceptedOrRefusedAlike()
    {
        var path = TestData.Shared("data", "reference-numbers", "safetensors_malformed.json");
        if (path is null)
            Assert.Skip("The shared data is not beside the repository.");
        using var folder = new TemporaryFolder();
        using var cases = JsonDocument.Parse(File.ReadAllBytes(path));

        foreach (var file in cases.RootElement.GetProperty("must_fail").EnumerateArray())
            Assert.NotNull(OpenAndReadAll(folder.Write("bad.safetensors", Convert.FromHexString(Text(file, "hex")))));
        foreach (var file in cases.RootElement.GetProperty("must_load").EnumerateArray())
            Assert.Null(OpenAndReadAll(folder.Write("good.safetensors", Convert.FromHexString(Text(file, "hex")))));
    }

    [Fact]
    public void Open_FilesOfOtherProjects_AllTensorsRead()
    {
        var folder = TestData.Shared("data", "fixtures");
        if (folder is null)
            Assert.Skip("The shared data is not beside the repository.");

        var files = Directory.GetFiles(folder, "*.safetensors", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(files, path => Assert.Null(OpenAndReadAll(path)));
    }

    [Fact]
    public void Open_TornAtAnyByte_IsRefused()
    {
        var whole = File.ReadAllBytes(Golden("metadata-and-names.safetensors"));
        using var folder = new TemporaryFolder();

        var path = folder.Write("torn.safetensors", whole);
        for (var length = whole.Length - 1; length >= 0; length--)
        {
            using (var file = new FileStream(path, FileMode.Open))
                file.SetLength(length);
            Assert.NotNull(OpenAndReadAll(path));
        }
    }

    [Fact]
    public void Open_AnyByteChanged_ReadsOrRefusesAndNothingElse()
    {
        var whole = File.ReadAllBytes(Golden("metadata-and-names.safetensors"));
        using var folder = new TemporaryFolder();

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (first, firstValue, second, secondValue) =>
            {
                var changed = (byte[])whole.Clone();
                changed[first] = firstValue;
                changed[second] = secondValue;
                _ = OpenAndReadAll(folder.Write("changed.safetensors", changed));
            },
            iter: 500, threads: 1);
    }

    [Fact]
    public void Open_Twice_BothRead()
    {
        using var first = SafetensorsFile.Open(Golden("every-dtype.safetensors"));
        using var second = SafetensorsFile.Open(Golden("every-dtype.safetensors"));

        Parallel.For(0, 32, i =>
        {
            using var read = (i % 2 == 0 ? first : second).Read("t.I64");
            Assert.Equal(long.MaxValue, read[1, 2].item<long>());
        });
    }

    [Fact]
    public void Open_NoSuchFile_SaysWhichOne()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(folder.File("none.safetensors")));

        Assert.Contains("none.safetensors", error.Message);
    }

    [Fact]
    public void CopyTo_FileCutAfterOpening_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.safetensors");
        Safetensors.Save(path, [new("w", ones(1000))]);
        using var file = SafetensorsFile.Open(path);
        using (var cut = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            cut.SetLength(200);

        Assert.Throws<InvalidDataException>(() => file.Read("w"));
    }

    private static string Golden(string name) => TestData.Golden("weights", "safetensors", name);

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    private static byte[] BytesOf(SafetensorsFile file, string name)
    {
        var bytes = new byte[file.Tensors[name].ByteCount];
        file.ReadBytes(name, 0, bytes);
        return bytes;
    }

    /// <summary>The message of the one documented refusal, or null where the file opened and every tensor could be read.</summary>
    private static string? OpenAndReadAll(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var info in file.Tensors.Values)
            {
                Assert.Equal(info.ByteCount, BytesOf(file, info.Name).Length);
                if (info.Type is not null)
                    file.Read(info.Name).Dispose();
            }
            return null;
        }
        catch (InvalidDataException refusal)
        {
            return refusal.Message;
        }
    }
}
