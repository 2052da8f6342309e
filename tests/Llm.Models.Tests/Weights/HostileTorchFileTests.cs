using System.IO.Compression;
using System.Text.Json;
using Llm.Testing;
using static TorchSharp.torch;

namespace Llm.Models.Tests.Weights;

/// <summary>Files that want to run code, take memory or read elsewhere.</summary>
public class HostileTorchFileTests
{
    private static readonly JsonElement Hostile = Manifest.Load("hostile", "manifest.json");

    public static TheoryData<string, string> Files
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var file in Hostile.GetProperty("files").EnumerateArray())
                data.Add(file.GetProperty("file").GetString()!, file.GetProperty("want").GetString()!);
            return data;
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void Open_HostileFile_DoesWhatIsWantedWithoutRunningOrTakingMuch(string name, string want)
    {
        var path = Golden(name);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = TorchFileTests.OpenAndReadAll(path);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000 + 100 * new FileInfo(path).Length);
        Assert.False(File.Exists(Hostile.GetProperty("marker").GetString()));
        if (want == "accept")
            Assert.Null(refusal);
        if (want == "reject")
            Assert.StartsWith(path, refusal);
    }

    [Theory]
    [InlineData("ok-zip.pt")]
    [InlineData("ok-legacy.pt")]
    [InlineData("ok-cuda-location.pt")]
    [InlineData("ok-old-zip.pt")]
    public void Read_HarmlessFile_GivesItsNumbers(string name)
    {
        using var file = TorchFile.Open(Golden(name));
        using var read = file.Read("w");

        Assert.Equal([1f, 2, 3, 4], read.data<float>().ToArray());
    }

    [Fact]
    public void Read_OldRebuildAndViews_GivesTheirNumbers()
    {
        using var scope = NewDisposeScope();
        using var old = TorchFile.Open(Golden("ok-rebuild-v1.pt"));
        using var views = TorchFile.Open(Golden("ok-untyped-view.pt"));

        Assert.Equal([2L, 2], old.Tensors["w"].Shape);
        Assert.Equal([1f, 2, 3, 4], old.Read("w").data<float>().ToArray());
        Assert.Equal([2f, 4], views.Read("w").data<float>().ToArray());
        Assert.Equal([3f], views.Read("v").data<float>().ToArray());
    }

    [Theory]
    [InlineData("call-subprocess-popen-zip.pt", "GLOBAL", "subprocess.Popen")]
    [InlineData("call-posix-system-legacy.pt", "GLOBAL", "posix.system")]
    [InlineData("call-near-name-zip.pt", "GLOBAL", "torch._utils")]
    [InlineData("dotted-global.pt", "STACK_GLOBAL", "os.system")]
    [InlineData("newobj-opcode.pt", "GLOBAL", "subprocess.Popen")]
    [InlineData("inst-opcode.pt", "INST", "system")]
    [InlineData("obj-opcode.pt", "GLOBAL", "system")]
    [InlineData("ext1-opcode.pt", "EXT1", "opcode")]
    [InlineData("whole-module.pt", "state_dict()", "torch.nn.modules.container.Sequential")]
    [InlineData("zip-torchscript.pt", "TorchScript", "state_dict()")]
    [InlineData("text.pt", "Git LFS", "git lfs pull")]
    [InlineData("html.pt", "web page", "not a file of torch.save")]
    [InlineData("safetensors-named-bin.pt", "SafetensorsFile", "not a file of torch.save")]
    [InlineData("meta.pkl", "GLOBAL", "eval")]
    public void Open_RefusedFile_SaysWhy(string name, params string[] words)
    {
        var refusal = TorchFileTests.OpenAndReadAll(Golden(name));

        Assert.All(words, word => Assert.Contains(word, refusal));
    }

    [Fact]
    public void Open_DeepNesting_NeedsNoStack()
    {
        const int depth = 300_000;
        using var folder = new TemporaryFolder();
        byte[] pickle = [0x80, 2, .. Enumerable.Repeat((byte)']', depth), .. Enumerable.Repeat((byte)'a', depth - 1), (byte)'.'];

        using var file = TorchFile.Open(folder.Write("deep.pt", Zip("deep/data.pkl", pickle)));

        Assert.Single(Assert.IsType<List<object?>>(file.Root));
    }

    [Theory]
    [InlineData("]", 3_000_000, "containers")]
    [InlineData("}", 3_000_000, "containers")]
    [InlineData("(", 9_000_000, "opcodes")]
    [InlineData("N", 9_000_000, "opcodes")]
    public void Open_MoreThanAnyCheckpointNeeds_IsRefused(string opcode, int count, string what)
    {
        using var folder = new TemporaryFolder();
        byte[] pickle = [0x80, 2, .. Enumerable.Repeat((byte)opcode[0], count), (byte)'.'];

        var refusal = TorchFileTests.OpenAndReadAll(folder.Write("many.pt", Zip("many/data.pkl", pickle)));

        Assert.Contains(what, refusal);
    }

    [Fact]
    public void Open_ListsThatShareLists_AreNotWalkedAsATree()
    {
        // Each list holds the one before it twice: 2^200 leaves on 200 lists.
        var pickle = new List<byte> { 0x80, 2, (byte)']', (byte)'q', 0 };
        for (byte i = 0; i < 200; i++)
            pickle.AddRange([(byte)']', (byte)'(', (byte)'h', i, (byte)'h', i, (byte)'e', (byte)'q', (byte)(i + 1)]);
        using var folder = new TemporaryFolder();

        Assert.Null(TorchFileTests.OpenAndReadAll(folder.Write("laughs.pt", Zip("laughs/data.pkl", [.. pickle, (byte)'.']))));
    }

    private static string Golden(string name) => TestData.Golden("weights", "hostile", name);

    /// <summary>A zip file with one stored entry, as torch.save would write it.</summary>
    private static byte[] Zip(string name, byte[] content)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
        return file.ToArray();
    }
}
