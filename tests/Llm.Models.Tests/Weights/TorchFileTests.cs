using System.Globalization;
using System.Numerics;
using System.Text.Json;
using CsCheck;
using Llm.Testing;
using static TorchSharp.torch;

namespace Llm.Models.Tests.Weights;

public class TorchFileTests
{
    private static readonly JsonElement GoldenManifest = Manifest.Load("torch", "manifest.json");

    public static TheoryData<string> GoldenFiles => [.. GoldenManifest.GetProperty("files").EnumerateObject().Select(file => file.Name)];

    [Theory, MemberData(nameof(GoldenFiles))]
    public void Open_GoldenFile_GivesTheTreeThatWasSaved(string name)
    {
        var saved = GoldenManifest.GetProperty("files").GetProperty(name).GetProperty("object").GetString()!;
        var expected = GoldenManifest.GetProperty("objects").GetProperty(saved);

        using var file = TorchFile.Open(Golden(name));

        AssertSame(expected, file.Root, "root");
    }

    [Theory]
    [InlineData("views.zip2.pt")]
    [InlineData("views.legacy4.pt")]
    public void Read_Views_GivesTheirElementsAndSaysThatTheyShare(string name)
    {
        using var scope = NewDisposeScope();
        using var file = TorchFile.Open(Golden(name));

        var whole = file.Read("base"); // (6, 8)

        Assert.True(whole.t().equal(file.Read("transposed")).all().item<bool>());
        Assert.Equal(file.Tensors["base"].StorageKey, file.Tensors["transposed"].StorageKey);
    }

    [Theory]
    [InlineData("tied.zip2.pt")]
    [InlineData("tied.zip4.pt")]
    [InlineData("tied.legacy2.pt")]
    public void IsSameAs_TiedWeights_IsTrueForThemAlone(string name)
    {
        using var file = TorchFile.Open(Golden(name));
        var root = Assert.IsType<OrderedDictionary<object, object?>>(file.Root);
        var embedding = Assert.IsType<TorchTensor>(root["transformer.wte.weight"]);

        Assert.True(embedding.IsSameAs(Assert.IsType<TorchTensor>(root["lm_head.weight"])));
        Assert.False(embedding.IsSameAs(Assert.IsType<TorchTensor>(root["also"])));
        Assert.Equal(file.Tensors["transformer.wte.weight"].StorageKey, file.Tensors["also"].StorageKey);
    }

    [Fact]
    public void Tensors_NanoGptCheckpoint_AreTheModels()
    {
        using var file = TorchFile.Open(Golden("nanogpt_checkpoint.zip2.pt"));

        Assert.Contains("_orig_mod.wte.weight", file.Tensors.Keys);
        Assert.Equal([7L, 4], file.Tensors["_orig_mod.wte.weight"].Shape);
        using var moments = file.At("optimizer", "state", 0);
        Assert.Contains("exp_avg", moments.Tensors.Keys);
        using var average = moments.Read("exp_avg", ScalarType.Float64);
        Assert.Equal(moments.Tensors["exp_avg"].Shape, average.shape);
    }

    [Fact]
    public void At_WrongPlace_SaysWhatIsThere()
    {
        using var file = TorchFile.Open(Golden("nanogpt_checkpoint.zip2.pt"));

        Assert.Contains("'nothing'", Assert.Throws<KeyNotFoundException>(() => file.At("nothing")).Message);
        Assert.Contains("an integer", Assert.Throws<KeyNotFoundException>(() => file.At("iter_num")).Message);
        Assert.Contains("an integer", Assert.Throws<KeyNotFoundException>(() => file.At("iter_num", "deeper")).Message);
    }

    [Fact]
    public void CopyTo_StridedViewIntoOtherType_GivesItsElements()
    {
        using var scope = NewDisposeScope();
        using var file = TorchFile.Open(Golden("views.zip2.pt"));
        var destination = zeros([.. file.Tensors["transposed"].Shape], ScalarType.Float64).t().contiguous().t();

        file.CopyTo("transposed", destination);

        Assert.True(file.Read("base", ScalarType.Float64).t().equal(destination).all().item<bool>());
        Assert.Throws<ArgumentException>(() => file.CopyTo("transposed", zeros(1)));
        Assert.Throws<KeyNotFoundException>(() => file.CopyTo("none", destination));
    }

    [Fact]
    public void Open_FilesOfOtherProjects_AllTensorsRead()
    {
        var folder = TestData.Shared("data", "fixtures");
        if (folder is null)
            Assert.Skip("The shared data is not beside the repository.");

        var files = Directory.GetFiles(folder, "*.pt*", SearchOption.AllDirectories);

        Assert.True(files.Length >= 8);
        Assert.All(files, path => Assert.Null(OpenAndReadAll(path)));
    }

    [Fact]
    public void Open_FileSavedAsPthAndAsSafetensors_HasTheSameTensors()
    {
        var pth = TestData.Shared("data", "fixtures", "pybridge", "tensors.pth");
        var safetensors = TestData.Shared("data", "fixtures", "pybridge", "tensors.safetensors");
        if (pth is null || safetensors is null)
            Assert.Skip("The shared data is not beside the repository.");
        using var scope = NewDisposeScope();
        using var one = TorchFile.Open(pth);
        using var other = SafetensorsFile.Open(safetensors);

        Assert.Equal(other.Tensors.Keys.Order(), one.Tensors.Keys.Order());
        foreach (var name in one.Tensors.Keys)
            Assert.Equal(other.Read(name).bytes.ToArray(), one.Read(name).bytes.ToArray());
    }

    [Theory]
    [InlineData("nested.zip2.pt")]
    [InlineData("nested.legacy4.pt")]
    public void Open_TornAtAnyByte_IsRefused(string name)
    {
        var whole = File.ReadAllBytes(Golden(name));
        using var folder = new TemporaryFolder();

        var path = folder.Write("torn.pt", whole);
        for (var length = whole.Length - 1; length >= 0; length--)
        {
            using (var file = new FileStream(path, FileMode.Open))
                file.SetLength(length);
            Assert.NotNull(OpenAndReadAll(path));
        }
    }

    [Theory]
    [InlineData("nested.zip4.pt")]
    [InlineData("views.zip2.pt")]
    [InlineData("tied.legacy2.pt")]
    [InlineData("nested.legacy4.pt")]
    public void Open_AnyBytesChanged_ReadsOrRefusesAndNothingElse(string name)
    {
        var whole = File.ReadAllBytes(Golden(name));
        using var folder = new TemporaryFolder();

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (first, firstValue, second, secondValue) =>
            {
                var changed = (byte[])whole.Clone();
                changed[first] = firstValue;
                changed[second] = secondValue;
                _ = OpenAndReadAll(folder.Write("changed.pt", changed));
            },
            iter: 500, threads: 1);
    }

    private static string Golden(string name) => TestData.Golden("weights", "torch", name);

    private static void AssertSame(JsonElement expected, object? actual, string path)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null: Assert.Null(actual); break;
            case JsonValueKind.True or JsonValueKind.False: Assert.Equal(expected.GetBoolean(), actual); break;
            case JsonValueKind.String: Assert.Equal(expected.GetString(), actual); break;
            case JsonValueKind.Number: Assert.Equal(expected.GetInt64(), actual); break;
            default: AssertSameKind(expected, actual, path); break;
        }
    }

    private static void AssertSameKind(JsonElement expected, object? actual, string path)
    {
        var kind = expected.EnumerateObject().First();
        switch (kind.Name)
        {
            case "dict" or "ordered_dict":
                var dictionary = Assert.IsType<OrderedDictionary<object, object?>>(actual);
                Assert.Equal(kind.Value.GetArrayLength(), dictionary.Count);
                foreach (var (pair, i) in kind.Value.EnumerateArray().Select((pair, i) => (pair, i)))
                {
                    AssertSame(pair[0], dictionary.GetAt(i).Key, $"{path} key {i}");
                    AssertSame(pair[1], dictionary.GetAt(i).Value, $"{path}[{pair[0]}]");
                }
                break;
            case "list" or "tuple":
                Assert.IsType(kind.Name == "list" ? typeof(List<object?>) : typeof(object?[]), actual);
                var list = (IReadOnlyList<object?>)actual;
                Assert.Equal(kind.Value.GetArrayLength(), list.Count);
                foreach (var (item, i) in kind.Value.EnumerateArray().Select((item, i) => (item, i)))
                    AssertSame(item, list[i], $"{path}[{i}]");
                break;
            case "float":
                Assert.Equal(kind.Value.ValueKind == JsonValueKind.String ? double.PositiveInfinity : kind.Value.GetDouble(), actual);
                break;
            case "int": Assert.Equal(BigInteger.Parse(kind.Value.GetString()!, CultureInfo.InvariantCulture), actual); break;
            case "bytes": Assert.Equal(Convert.FromHexString(kind.Value.GetString()!), actual); break;
            case "tensor" or "parameter": AssertSameTensor(expected, Assert.IsType<TorchTensor>(actual)); break;
            default: Assert.Fail($"{path} has the unknown kind {kind.Name}."); break;
        }
    }

    private static void AssertSameTensor(JsonElement expected, TorchTensor actual)
    {
        Assert.Equal(expected.GetProperty("dtype").GetString(), actual.Info.DataType);
        Assert.Equal(Manifest.Shape(expected), actual.Info.Shape);
        var hash = expected.GetProperty("sha256_of_bytes").GetString();
        if (actual.Info.Type is not null)
        {
            using var read = actual.Read();
            Assert.Equal(hash, Manifest.Sha256(read.bytes.ToArray()));
            return;
        }
        Assert.Contains(actual.Info.DataType, Assert.Throws<NotSupportedException>(() => actual.Read()).Message);
        var bytes = new byte[actual.Info.ByteCount];
        actual.ReadBytes(0, bytes);
        Assert.Equal(hash, Manifest.Sha256(bytes));
    }

    /// <summary>The message of the one documented refusal, or null where the file opened and all its tensors could be read.</summary>
    internal static string? OpenAndReadAll(string path)
    {
        try
        {
            using var file = TorchFile.Open(path);
            var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
            var open = new Stack<object?>([file.Root]);
            while (open.TryPop(out var node))
            {
                if (node is null || !seen.Add(node))
                    continue;
                if (node is TorchTensor { Info.Type: not null, Info.ElementCount: < 1 << 20 } tensor)
                    tensor.Read().Dispose();
                foreach (var child in (node as OrderedDictionary<object, object?>)?.Values ?? node as IEnumerable<object?> ?? [])
                    open.Push(child);
            }
            return null;
        }
        catch (InvalidDataException refusal)
        {
            return refusal.Message;
        }
    }
}
